import { buildSchema, parse } from 'graphql';
import { beforeEach, describe, expect, test } from 'vitest';
import { grantOf } from '../../../src/access/grant.ts';
import { type Database, openDatabase } from '../../../src/database/index.ts';
import { PreparedOperation } from '../../../src/executor/prepared-operation.ts';
import type { CallerContext } from '../../../src/graphql/core/caller.ts';
import { createDeprecatedUses } from '../../../src/http/graphql/deprecated-use.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { movableClock } from '../../support/gateway.ts';
import { useResource } from '../../support/resource.ts';

const database = useDatabase();
const make = fixtures(database);
const runtime = useResource(
  async () => openDatabase(database.runtimeUrl, { poolSize: 2 }),
  opened => opened.close(),
);

const SCHEMA = buildSchema(`type Query { a: Int @deprecated(reason: "Use c. It is removed after 2027-03-01.")
  b: Int @deprecated(reason: "Use c. It is removed after 2027-03-01.") c: Int }`);
const operationOf = (text: string) => PreparedOperation.of(SCHEMA, { document: parse(text) })!;
const [A, AB, C] = [operationOf('{ a }'), operationOf('{ a b }'), operationOf('{ c }')];

type Owned = Awaited<ReturnType<typeof make.tenant>>;
let tenants: readonly [Owned, Owned];
let made = 0;
beforeEach(async () => {
  made += 1;
  const owner = await make.person(`Owner ${made}`);
  tenants = [await make.tenant(`one-${made}`, owner), await make.tenant(`two-${made}`, owner)];
});

const contextOf = ({ id: tenantId, owner }: Owned) =>
  ({
    grant: grantOf({ kind: 'user' }, { tenantId, status: 'active', features: [], roles: ['owner'] }),
    membership: { membershipId: owner.id },
    apiKey: null,
  }) as unknown as CallerContext;

const clock = movableClock();
/** Never writes by itself in a test. */
const usesOn = (opened: Pick<Database, 'bind'> = runtime, max?: number) => {
  const lost: (readonly [string, number])[] = [];
  const onLost = (error: unknown, counts: number) => void lost.push([(error as Error).message, counts]);
  const uses = createDeprecatedUses(SCHEMA, { database: opened, clock, onLost, interval: 3_600_000, ...(max && { max }) });
  return { note: uses.note!, write: uses.write, lost };
};
const rowsOf = ({ id }: Pick<Owned, 'id'>) =>
  database.sql('SELECT part, count FROM deprecated_use WHERE tenant_id = $1 ORDER BY part', [id]);

describe('uses of deprecated fields', () => {
  test('wait together, and are one row for each caller and part', async () => {
    const { note, write } = usesOn();
    for (let times = 0; times < 100; times += 1) for (const tenant of tenants) note(times % 2 ? A : AB, contextOf(tenant));
    expect(await rowsOf(tenants[0])).toEqual([]);
    await write();
    for (const tenant of tenants)
      expect(await rowsOf(tenant)).toEqual([
        { part: 'Query.a', count: 100 },
        { part: 'Query.b', count: 50 },
      ]);
    await write();
    note(A, contextOf(tenants[0]));
    await write();
    expect(await rowsOf(tenants[0])).toMatchObject([{ count: 101 }, { count: 50 }]);
  });

  test('that wait are bounded: further callers are lost, with their number, and counts that wait go on', async () => {
    const { note, write, lost } = usesOn(runtime, 2);
    for (const operation of [AB, AB]) for (const tenant of tenants) note(operation, contextOf(tenant));
    await write();
    expect(lost).toEqual([['more counts than may wait', 4]]);
    expect(await rowsOf(tenants[0])).toMatchObject([{ count: 2 }, { count: 2 }]);
    expect(await rowsOf(tenants[1])).toEqual([]);
    note(A, contextOf(tenants[1]));
    await write();
    expect(await rowsOf(tenants[1])).toMatchObject([{ count: 1 }]);
    expect(lost).toHaveLength(1);
  });

  test('of one tenant that fail leave those of others', async () => {
    const failing: Pick<Database, 'bind'> = {
      bind: binding => {
        if (binding.tenantId === tenants[0].id) throw new Error('no such tenant');
        return runtime.bind(binding);
      },
    };
    const { note, write, lost } = usesOn(failing);
    for (const tenant of tenants) note(AB, contextOf(tenant));
    await write();
    expect(lost).toEqual([['no such tenant', 2]]);
    expect(await rowsOf(tenants[1])).toHaveLength(2);
  });

  test('are lost at once while the database is out of reach, without one attempt for each tenant', async () => {
    let attempts = 0;
    const { note, write, lost } = usesOn({
      bind: () => {
        attempts += 1;
        throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      },
    });
    for (const tenant of tenants) note(AB, contextOf(tenant));
    await write();
    expect([attempts, lost]).toEqual([1, [['refused', 4]]]);
  });

  test('of a caller who is gone, and of a deleted tenant, are not stored', async () => {
    const { note, write, lost } = usesOn();
    note(A, { ...contextOf(tenants[0]), membership: { membershipId: tenants[1].owner.id } as CallerContext['membership'] });
    await make.setStatus(tenants[1], 'deleted');
    note(A, contextOf(tenants[1]));
    await write();
    expect([await rowsOf(tenants[0]), await rowsOf(tenants[1]), lost]).toEqual([[], [], []]);
  });

  test('written by several replicas at once are added up', async () => {
    const replicas = Array.from({ length: 4 }, () => usesOn());
    for (const { note } of replicas) for (const tenant of tenants) for (const operation of [A, AB]) note(operation, contextOf(tenant));
    await Promise.all(replicas.map(({ write }) => write()));
    expect(replicas.flatMap(({ lost }) => lost)).toEqual([]);
    for (const tenant of tenants) expect(await rowsOf(tenant)).toMatchObject([{ count: 8 }, { count: 4 }]);
  });

  test('stop counting at the highest Int of GraphQL', async () => {
    const { note, write } = usesOn();
    note(A, contextOf(tenants[0]));
    await write();
    await database.sql('UPDATE deprecated_use SET count = 2147483646 WHERE tenant_id = $1', [tenants[0].id]);
    for (let times = 0; times < 3; times += 1) note(A, contextOf(tenants[0]));
    await write();
    expect(await rowsOf(tenants[0])).toMatchObject([{ count: 2147483647 }]);
  });
});

describe('an operation without deprecated fields', () => {
  test('is looked at once, and asks neither the clock nor the caller', () => {
    const silent = { now: () => expect.fail('the clock') };
    const { note } = createDeprecatedUses(SCHEMA, { database: runtime, clock: silent, onLost: () => {}, interval: 3_600_000 });
    const nobody = new Proxy({} as CallerContext, { get: () => expect.fail('the caller') });
    for (let times = 0; times < 2; times += 1) note!(C, nobody);
  });

  test('costs nothing where the schema has none: nothing is called', () => {
    const options = { database: runtime, clock, onLost: () => {} };
    expect(createDeprecatedUses(buildSchema('type Query { a: Int }'), options).note).toBeUndefined();
  });
});
