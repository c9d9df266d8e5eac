import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase, type UnitOfWork } from '../../../src/database/index.ts';
import { isMember } from '../../../src/graphql/api-key/holders.ts';
import { fixtures, useDatabase } from '../../support/database.ts';

const database = useDatabase();
let opened: Database;
let work: UnitOfWork;
let reads: number;
let members: string[];
let stranger: string;
beforeAll(async () => {
  opened = openDatabase(database.runtimeUrl, { poolSize: 1 });
  const make = fixtures(database);
  const tenant = await make.tenant('north', await make.person('Ann'));
  members = [tenant.owner.id, (await make.member(tenant, await make.person('Bob'), ['viewer'])).id];
  stranger = (await make.tenant('south', await make.person('Sue'))).owner.id;
  const bound = opened.bind({ tenantId: tenant.id, personId: null });
  const { membership } = bound.db;
  const findMany = ((args: never) => {
    reads += 1;
    return membership.findMany(args);
  }) as typeof membership.findMany;
  work = { ...bound, db: { ...bound.db, membership: { ...membership, findMany } } };
});
afterAll(() => opened?.close());

test('K3: the current membership of many holders is read in one statement, for each request', async () => {
  reads = 0;
  const asked = [...members, stranger, randomUUID(), ...members];
  const answers = () => Promise.all(asked.map(id => isMember(work, id)));
  expect(await answers()).toEqual([true, true, false, false, true, true]);
  expect(reads).toBe(1);
  await database.sql('DELETE FROM membership WHERE id = $1', [members[1]]);
  expect(await answers()).toEqual([true, false, false, false, true, false]);
  expect(reads).toBe(2);
});
