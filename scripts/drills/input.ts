import { readFileSync } from 'node:fs';
import { runDrill } from './frame.ts';
import { textArguments } from './production/arguments.ts';
import { bodyAt, SUITE_BODIES } from './production/input-bodies.ts';
import { textAt } from './production/input-texts.ts';
import { openInstallation } from './production/open.ts';

/**
 * `tsx scripts/drills/input.ts --rounds N`: sends N awkward texts to every argument that takes a
 * text or an id, bodies that aren't JSON, and those of a JSON parsing test suite. No response is a
 * 5xx, hangs, or tells of our insides, and a text that is accepted is read back in the form that
 * SPEC X1 promises.
 */
const AT_ONCE = 16;
const HANGS_MS = 30_000;

/** Stack frames, statements, paths and connection strings of ours. */
const INSIDES =
  /\bat [\w.<>]+ \(|node_modules|\/(tmp|work|home|src|dist)\/|postgres(ql)?:\/\/|\b(SELECT|INSERT INTO|UPDATE|DELETE FROM) |relation "|syntax error at|[Pp]risma|pg_|\.(ts|js):\d+/;

/** Mutations after which a tenant refuses others; they come last. */
const ENDING = /Mutation\.\w*([Dd]elet|[Ll]eave|[Ee]rase|[Ss]uspend|Ownership)/;

type Answer = {
  readonly data?: Record<string, Record<string, Record<string, unknown>> | null> | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
};

await runDrill(
  'input',
  async frame => {
    const { rounds, fault } = frame;
    const { database, installation, tenants } = await openInstallation(frame, 8);
    await database.sql('UPDATE plan SET cost_points_per_minute = NULL');
    const gateway = await installation.gateway({ COST_POINTS_WITHOUT_TENANT: '1000000000' });
    let [sent, refused, readBack] = [0, 0, 0];
    const send = async (what: string, body: string | Uint8Array, number: number, input: string): Promise<Answer | null> => {
      const { id, token } = tenants[number % tenants.length]!;
      sent += 1;
      try {
        const response = await fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-tenant-id': id },
          body: body as BodyInit,
          signal: AbortSignal.timeout(HANGS_MS),
        });
        const text = await response.text();
        const shown = () => `${what}: ${response.status} ${text.slice(0, 300)}`;
        if (response.status >= 500) fault(shown());
        const insides = INSIDES.exec(text)?.[0];
        if (insides && !JSON.stringify(input).toLowerCase().includes(insides.toLowerCase().trim()))
          fault(`tells of its insides, ${insides}: ${shown()}`);
        const answer = JSON.parse(text) as Answer;
        const codes = answer.errors?.map(error => error.extensions?.code) ?? [];
        if (codes.length) refused += 1;
        if (codes.some(code => !code || code === 'INTERNAL_SERVER_ERROR' || code === 'UNAVAILABLE')) fault(shown());
        return answer;
      } catch (error) {
        fault(`${what} of ${JSON.stringify(input).slice(0, 100)}: ${error}`);
        return null;
      }
    };
    const inTurn = async <Item>(items: readonly Item[], work: (item: Item, at: number) => Promise<void>) => {
      let next = 0;
      const loop = async () => {
        for (let at = next++; at < items.length; at = next++) await work(items[at]!, at);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, loop));
    };
    const numbers = Array.from({ length: rounds }, (_, at) => at);
    const all = textArguments(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
    const sendTo = async (some: typeof all) => {
      for (const { coordinate, query, variables } of some)
        await inTurn(numbers, async number => {
          const text = textAt(number);
          await send(coordinate, JSON.stringify({ query, variables: variables(text) }), number, text);
        });
    };
    await sendTo(all.filter(({ coordinate }) => !ENDING.test(coordinate)));
    const CREATE = 'mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { dataset { name description } } }';
    await inTurn(numbers, async number => {
      const text = textAt(number);
      const answer = await send(
        'createDataset',
        JSON.stringify({ query: CREATE, variables: { input: { name: text, description: text } } }),
        number,
        text,
      );
      const dataset = answer?.data?.createDataset?.dataset;
      if (!dataset) return;
      readBack += 1;
      const line = text.normalize('NFC').trim();
      const prose = text
        .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
        .normalize('NFC')
        .trim();
      if (dataset.name !== line || dataset.description !== prose) fault(`${JSON.stringify(text)} was stored as ${JSON.stringify(dataset)}`);
    });
    await inTurn(Array.from({ length: rounds * 4 }), async (_, at) => {
      const body = bodyAt(at);
      const answer = await send('a body', body, at, Buffer.from(body).toString('latin1'));
      if (answer?.data && Object.keys(answer.data).length === 0) fault(`a body was executed: ${body.slice(0, 100)}`);
    });
    await inTurn(SUITE_BODIES, async ({ name, body, isJson }, at) => {
      const answer = await send(name, body, at, body);
      if (isJson !== null && Boolean(answer?.data) !== isJson)
        fault(`${name} was ${isJson ? 'refused' : 'taken for a request'}: ${body.slice(0, 200)}`);
    });
    await sendTo(all.filter(({ coordinate }) => ENDING.test(coordinate)));
    if (!gateway.isRunning()) fault(`the gateway ended:\n${gateway.log().slice(-2_000)}`);
    return `${sent} inputs to ${all.length} arguments, ${refused} refused, ${readBack} texts read back`;
  },
  { rounds: 700, limit: [300, 6] },
);
