import { patternOf } from '../../src/access/grouped-refusals.ts';
import { permissionName } from '../../src/access/permission-name.ts';
import type { Permission } from '../../src/access/policy.ts';
import { change } from './changes.ts';
import type { Response } from './client.ts';
import { type Operation, randomOperation } from './document.ts';
import { type Pair, startPair } from './pair.ts';
import { createPool, type Pool } from './pool.ts';
import { type Caller, createCallers } from './principals.ts';
import { Random } from './random.ts';
import { createWorld, type Sql } from './world.ts';

export type ForecastOptions = {
  readonly database: Sql & { readonly runtimeUrl: string };
  /** How many pairs of a document and a caller are compared. */
  readonly count: number;
  readonly seed: number;
  readonly onRound?: (compared: number) => void;
};

export type ForecastOutcome = {
  readonly compared: number;
  /** How many forecasts had refusals, and how many operations were refused as a whole. */
  readonly refused: number;
  readonly whole: number;
  /** What was wrong with one forecast; null if nothing was. */
  readonly wrong: string | null;
};

/** Documents between two changes of the world. */
const ROUND = 16;

/**
 * Explains random operations as random callers, executes them, and compares the forecast with the
 * refusals (SPEC G10). Stops at the first difference.
 */
export async function runForecast({ database, count, seed, onRound }: ForecastOptions): Promise<ForecastOutcome> {
  const world = await createWorld(database, new Random(seed, 0));
  const pool = await createPool(database);
  const pair = await startPair(database.runtimeUrl, 2);
  const callerFrom = await createCallers(world, pair.sign);
  let [compared, refused, whole, round] = [0, 0, 0, 0];
  let wrong: string | null = null;
  try {
    for (; compared < count && wrong === null; round += 1) {
      for (let at = 0; at < ROUND && compared < count && wrong === null; at += 1, compared += 1) {
        const random = new Random(seed, round, at);
        const result = await compare(pair, operationFrom(random, pool), callerFrom(random));
        if (result === 'whole') whole += 1;
        else if (result === 'refused') refused += 1;
        else if (result !== 'allowed') wrong = `seed ${seed}, round ${round}, document ${at}: ${result}`;
      }
      await change(database, world, new Random(seed, round, -1));
      onRound?.(compared);
    }
    return { compared, refused, whole, wrong };
  } finally {
    await pair.stop();
  }
}

/** An operation that acts in the tenant of its caller, because `explain` takes no other. */
function operationFrom(random: Random, pool: Pool): Operation {
  for (;;) {
    const operation = randomOperation(random, pool);
    if (!operation.query.includes('tenant(slug')) return operation;
  }
}

const EXPLAIN = `query ($document: String!, $variables: JSONObject) { explain(document: $document, variables: $variables) { cost refusals {
  pattern refusal { code message permission because principals roles statuses plans tenantStatus } } } }`;

type Path = readonly (string | number)[];
type ErrorEntry = { readonly message: string; readonly path?: Path; readonly extensions: Readonly<Record<string, unknown>> };
type Body = { readonly data?: Readonly<Record<string, unknown>> | null; readonly errors?: readonly ErrorEntry[] };
type Forecast = { readonly pattern: string; readonly refusal: Readonly<Record<string, unknown>> };

const bodyOf = ({ text }: Response) => JSON.parse(text) as Body;
const isRefusal = ({ extensions }: ErrorEntry) => extensions.because !== undefined && extensions.permission !== undefined;
const nameOf = ({ extensions }: ErrorEntry) => permissionName(extensions.permission as Permission);
const keyOf = (pattern: string, permission: unknown) => `${pattern} needs ${permission}`;

/** How a forecast fits the execution: a sentence if it doesn't. */
async function compare({ fast }: Pair, operation: Operation, { headers, label }: Caller): Promise<string> {
  const { 'x-refusals': _, ...long } = headers;
  const { query: document, variables } = operation;
  const explained = bodyOf(await fast.post(JSON.stringify({ query: EXPLAIN, variables: { document, variables } }), long));
  const executed = bodyOf(await fast.post(JSON.stringify(operation), long));
  const differs = (what: string) =>
    `${what}, as ${label}\n${operation.query}\n${JSON.stringify(operation.variables)}\n${JSON.stringify(executed)}`;
  const { errors = [] } = executed;
  const forecast = (explained.data?.explain ?? null) as { readonly cost: number; readonly refusals: readonly Forecast[] } | null;
  if (!executed.data || !forecast) {
    const codes = [explained, executed].map(({ errors: [error] = [] }) => error?.extensions.code);
    return codes[0] === codes[1] ? 'whole' : differs(`explained as ${codes[0]}, executed as ${codes[1]}`);
  }
  const actual = new Map<string, { count: number; readonly error: ErrorEntry }>();
  for (const error of errors.filter(isRefusal)) {
    const key = keyOf(patternOf(error.path!), nameOf(error));
    actual.set(key, { count: (actual.get(key)?.count ?? 0) + 1, error });
  }
  const expected = new Map(forecast.refusals.map(({ pattern, refusal }) => [keyOf(pattern, refusal.permission), { pattern, refusal }]));
  for (const [key, { error }] of actual) {
    const { message, extensions } = error;
    const { code, because, requires, tenantStatus } = extensions;
    const due = JSON.stringify({ code, message, permission: nameOf(error), because, ...(requires as object), tenantStatus });
    const told = JSON.stringify(expected.get(key)?.refusal);
    if (told !== due) return differs(`${key}: forecast ${told}, refused ${due}`);
  }
  for (const [key, { pattern }] of expected) {
    const places = placesOf(executed.data, pattern.split('.'));
    const count = actual.get(key)?.count ?? 0;
    // Nodes of several types share a pattern, and only some of them are refused.
    if (pattern.startsWith('node') || operation.query.includes(`${pattern.split('.')[0]}: node`)) {
      if (count > places) return differs(`${key}: ${count} refusals at ${places} places`);
    } else if (count !== places) return differs(`${key}: ${count} refusals at ${places} places`);
  }
  return expected.size ? 'refused' : 'allowed';
}

/** The number of places in data that a pattern covers. */
function placesOf(value: unknown, [step, ...rest]: readonly string[]): number {
  if (step === undefined) return 1;
  if (value === null || typeof value !== 'object') return 0;
  if (step === '*') return Array.isArray(value) ? value.reduce((sum: number, item) => sum + placesOf(item, rest), 0) : 0;
  return Object.hasOwn(value, step) ? placesOf((value as Record<string, unknown>)[step], rest) : 0;
}
