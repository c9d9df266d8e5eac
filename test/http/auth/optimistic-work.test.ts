import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CurrentTenantAccess, type Database, openDatabase } from '../../../src/database/index.ts';
import { OptimisticContextStale } from '../../../src/graphql/core/context.ts';
import { optimisticContext } from '../../../src/http/auth/optimistic-context.ts';
import { tenantContext } from '../../../src/http/auth/tenant-context.ts';
import type { Token } from '../../../src/http/auth/token.ts';
import { fixtures, ISSUER, useDatabase } from '../../support/database.ts';
import { requestInput } from '../../support/request-input.ts';

const own = useDatabase();
let database: Database;
beforeAll(async () => {
  database = openDatabase(own.runtimeUrl);
});
afterAll(() => database?.close());

const tokenOf = (person: { subject: string; name: string; email: string }): Token => ({
  profile: { issuer: ISSUER, ...person, isNamed: true, emailVerified: true, issuedAt: null },
  staff: false,
  tenant: null,
});

test('S2: an optimistic context runs reads, and only transactions that confirm it', async () => {
  const make = fixtures(own);
  const { subject, name, email } = await make.person('Owner');
  await make.tenant('acme', { ...(await make.person('Other')), subject, name, email });
  const token = tokenOf({ subject, name, email });
  const input = requestInput();
  expect(optimisticContext(database, { key: null, token, input })).toBeNull();
  await tenantContext(database, token, input);
  const { context, holds } = optimisticContext(database, { key: null, token, input })!;
  expect(await context.work.db.tenant.count()).toBe(0);
  expect(await holds()).toBe(true);
  const { work } = context;
  const reachable = [...Object.keys(work), ...Object.getOwnPropertyNames(Object.getPrototypeOf(work))];
  expect(reachable.sort()).toEqual(['binding', 'constructor', 'db', 'isConfirmed', 'json', 'query', 'transaction']);
  // @ts-expect-error a transaction that doesn't confirm the context
  await expect(work.transaction(async () => 'done')).rejects.toThrow(OptimisticContextStale);
  await expect(work.transaction(async () => 'done', { confirms: true })).rejects.toThrow(OptimisticContextStale);
});

test('S2, S5: a transaction confirms an optimistic context, unless status, features or roles differ', async () => {
  const make = fixtures(own);
  const { subject, name, email, ...person } = await make.person('Owner of one tenant');
  const { id: tenantId } = await make.tenant('confirmed', { ...person, subject, name, email });
  const token = tokenOf({ subject, name, email });
  const input = requestInput('confirmed');
  await tenantContext(database, token, input);
  const { work } = optimisticContext(database, { key: null, token, input })!.context;
  const current = { tenantId, status: 'active', features: [], roles: ['owner'] };
  const confirm = (access: CurrentTenantAccess | null) => work.transaction(async ({ confirm }) => confirm!(access), { confirms: true });
  for (const other of [{ roles: ['admin'] }, { status: 'suspended' }, { features: ['advanced_analytics'] }, { tenantId: '' }])
    await expect(confirm({ ...current, ...other })).rejects.toThrow(OptimisticContextStale);
  await expect(confirm(null)).rejects.toThrow(OptimisticContextStale);
  await expect(work.transaction(async () => 'done', { confirms: true })).rejects.toThrow('did not confirm');
  expect(work.isConfirmed()).toBe(false);
  await confirm(current);
  expect(work.isConfirmed()).toBe(true);
  // @ts-expect-error the type doesn't know that nothing is left to confirm
  expect(await work.transaction(async () => 'done')).toBe('done');
});

test('reads outside of a transaction contain no write', () => {
  const write = ({ db }: ReturnType<Database['bind']>) => {
    // @ts-expect-error a write
    void db.tenant.update;
  };
  expect(write).toBeTypeOf('function');
});
