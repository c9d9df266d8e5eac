import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BoundWork } from '../../src/database/bound-work.ts';
import { ConnectionPool } from '../../src/database/driver/pool.ts';
import { type Source, sourceOn } from '../../src/database/source.ts';
import { MODELS } from '../../src/database/sql/data-model.ts';
import { getDatamodel } from '../../src/generated/pothos.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type Answer, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { randomRead } from '../support/isolation/arguments.ts';
import {
  absent,
  createWorld,
  outcome,
  type Rows,
  restoreRows,
  rowsOf,
  rowsOfOther,
  rowsWithout,
  toJson,
  type World,
} from '../support/isolation/isolation.ts';
import { type MarketValues, marketValues } from '../support/isolation/market.ts';
import { RELATIONS } from '../support/isolation/model.ts';
import { poolOf, randomOperation, withDecodedIds, withoutNewIds } from '../support/isolation/operations.ts';

/**
 * Two databases: one with tenants a and b, with a canary in every text of b's rows, and one without
 * b. Every request of a member of a must have the same response in both. A failure prints its seed
 * and the smallest case.
 */
const RUNS = 300;
let databases: TestDatabase[];
let gateways: TestGateway[];
let clients: Source[];
let world: World;
beforeAll(async () => {
  databases = [await createDatabase(), await createDatabase()];
  world = await createWorld(databases[0]!);
  gateways = [await startTestGateway(databases[0]!), await startTestGateway(databases[1]!)];
  // some responses contain the time
  for (const { clock } of gateways) clock.set(gateways[0]!.clock.now());
  clients = databases.map(({ adminUrl }) => sourceOn(new ConnectionPool({ connectionString: adminUrl, max: 2 })));
});
beforeEach(restore);
afterAll(async () => {
  for (const gateway of gateways ?? []) await gateway.stop();
  for (const { prisma, pool } of clients ?? []) {
    await prisma.$disconnect();
    await pool.end();
  }
  for (const database of databases ?? []) await database.drop();
});

async function restore() {
  await restoreRows(databases[0]!, world.rows);
  await restoreRows(databases[1]!, rowsWithout(world.rows, world.b));
}

/** The values of tenant b in a response that were not in the request. */
const leaked = (answer: string, asked: string) => {
  const [comparable, sent] = [withDecodedIds(answer), withDecodedIds(asked)];
  return [...world.b.secrets, 'Bison'].map(text => text.toLowerCase()).filter(text => comparable.includes(text) && !sent.includes(text));
};

describe('T4: with a canary in every row of the other tenant', () => {
  test('every text and every id is a canary', async () => {
    const [row] = await databases[0]!.sql('SELECT * FROM tenant WHERE tenant_id = $1', [world.b.tenantId]);
    const texts = ['slug', 'name', 'status_reason', 'billing_email'].map(column => String(row![column]));
    const life = [world.b.inviteeEmail, world.b.inviter, world.b.actorId, world.b.actorName, world.b.requestId, world.b.state];
    for (const text of [...texts, ...life, world.b.personName, world.b.email, world.b.subject])
      expect(leaked(`x ${text} y`, '')).toContain('bison');
    for (const [word, text] of Object.entries(marketValues('Bison')))
      if (!/(Id|Hash)$/.test(word)) expect(text.toLowerCase()).toContain('bison');
    const marketIds = Object.keys(marketValues('Bison')).filter(key => key.endsWith('Id')) as (keyof MarketValues)[];
    expect(marketIds).toHaveLength(16);
    const ids = [world.b.tenantId, world.b.membershipId, world.b.userId, world.b.invitationId, world.b.eventId];
    for (const id of [...ids, ...marketIds.map(key => world.b[key])])
      expect(leaked(Buffer.from(`Tenant:${id}`).toString('base64url'), '')).toEqual([id]);
  });

  test('no random operation of a member reveals it in the body or headers', async () => {
    const pool = poolOf(world.a, world.b);
    const operations = fc.gen().map(g => randomOperation(g, pool));
    const people = world.rows.person.filter(({ id }) => [world.a.ownerId, world.a.userId, world.stranger.id].includes(id as string));
    const tenants = [
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      world.a.tenantId,
      world.a.slug,
      world.b.tenantId,
      world.b.slug,
      absent().tenantId,
    ];
    const known = JSON.stringify(world.rows);
    let useful = 0;
    const changed = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        operations,
        fc.constantFrom(...people, ...people.filter(({ id }) => id !== world.stranger.id)),
        fc.constantFrom(...tenants),
        async (query, person, tenant) => {
          const [full, lone] = await Promise.all(
            gateways.map(async gateway => {
              const token = await gateway.tokenOf({ subject: String(person.subject) });
              const answer = await gateway.ask(query, { token, ...(tenant && { tenant }), headers: { 'x-request-id': 'the-same' } });
              return {
                ...answer,
                whole: JSON.stringify([answer.status, [...answer.headers].filter(([name]) => name !== 'date'), answer.text]),
              };
            }),
          );
          expect(leaked(full!.whole, query)).toEqual([]);
          expect(comparable(full!, known)).toEqual(comparable(lone!, known));
          expect(full!.text).not.toContain('INTERNAL_SERVER_ERROR');
          if (full!.data?.tenant) useful += 1;
          if (!query.startsWith('mutation')) return;
          for (const [name, done] of Object.entries(full!.data ?? {})) if (done) changed.add(name.replace(/^m\d_/, ''));
          const [after, alone] = await Promise.all(databases.map(rowsOf));
          expect(numbered(rowsOfOther(after!, world.b))).toEqual(numbered(rowsOfOther(world.rows, world.b)));
          expect(compared(rowsWithout(after!, world.b))).toEqual(compared(alone!));
          await restore();
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(useful).toBeGreaterThan(RUNS / 20);
    expect(changed.size).toBeGreaterThan(0); // which tables change is random
  });

  test('the random queries cover every model and relation', () => {
    type Field = { name: string; kind: string; type: string; isList: boolean };
    const models = getDatamodel().datamodel.models as unknown as Record<string, { fields: readonly Field[] }>;
    const relations = Object.entries(models).map(([model, { fields }]) => [
      model,
      Object.fromEntries(fields.filter(({ kind }) => kind === 'object').map(({ name, type, isList }) => [name, isList ? [type] : type])),
    ]);
    expect(RELATIONS).toEqual(Object.fromEntries(relations));
  });

  test("no random query of the bound client reveals it on a superuser's connection", async () => {
    const targets = [world.a, world.b, world.b, absent()];
    const reads = fc.gen().map(g => randomRead(g, targets));
    const binding = { tenantId: world.a.tenantId, personId: world.a.ownerId };
    const answered = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(reads, async ({ model, operation, args }) => {
        const [full, lone] = await Promise.all(
          clients.map(source => {
            const delegate = new BoundWork(source, binding).db[MODELS[model]] as unknown as Record<
              string,
              (args: unknown) => Promise<unknown>
            >;
            return outcome(async () => sorted(await delegate[operation]!(args)), absent());
          }),
        );
        expect(leaked(full!, '')).toEqual([]);
        expect(full).toBe(lone);
        const kind = /^{"value"/.test(full!) ? 'answered' : /IsolationError/.test(full!) ? 'refused' : full!.slice(0, 200);
        answered.set(kind, (answered.get(kind) ?? 0) + 1);
      }),
      { numRuns: RUNS * 2 },
    );
    expect(answered.get('answered')).toBeGreaterThan(RUNS);
  });
});

/** A response without the order of fields and errors, which may vary, and without the time. */
const comparable = ({ status, headers, data, errors }: Answer, known: string) =>
  JSON.parse(withoutNewIds(JSON.stringify([status, [...headers].filter(([name]) => name !== 'date'), data, sorted(errors)]), known));

/** Events with or without a number: a read of events numbers what has committed, in all tenants. */
const numbered = ({ event = [], event_outbox = [], event_head: _, ...others }: Partial<Rows>) => ({
  ...others,
  payloads: [...event, ...event_outbox].map(({ payload }) => payload).sort(),
});

/** The rows to compare after the same operation: all tenants and people, and counts of others. */
const compared = ({ tenant, person, ...others }: Rows) => ({
  tenant,
  person,
  others: Object.entries(numbered(others)).map(([table, rows]) => [table, rows.length]),
});

/** The order of groups is undefined. */
const sorted = (value: unknown) => (Array.isArray(value) ? value.map(toJson).sort() : value);
