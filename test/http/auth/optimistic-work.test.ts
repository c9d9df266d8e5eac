import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/database/index.ts';
import type { RequestInput } from '../../../src/http/auth/build-context.ts';
import { optimisticContext } from '../../../src/http/auth/optimistic-context.ts';
import { tenantContext } from '../../../src/http/auth/tenant-context.ts';
import { fixtures, ISSUER, useDatabase } from '../../support/database.ts';
import { SERVICES } from '../../support/services.ts';

const own = useDatabase();
let database: Database;
beforeAll(async () => {
  database = openDatabase(own.runtimeUrl);
});
afterAll(() => database?.close());

test('S2: an optimistic context reads, and opens no transaction but one that confirms it', async () => {
  const make = fixtures(own);
  const { subject, name, email } = await make.person('Owner');
  await make.tenant('acme', { ...(await make.person('Other')), subject, name, email });
  const token = { profile: { issuer: ISSUER, subject, name, email, emailVerified: true }, staff: false, tenant: null };
  const input: RequestInput = { requestId: 'request-1', tenant: undefined, idempotencyKey: null, services: SERVICES };
  expect(optimisticContext(database, token, input)).toBeNull();
  await tenantContext(database, token, input);
  const { context, holds } = optimisticContext(database, token, input)!;
  expect(await context.work.db.tenant.count()).toBe(0);
  expect(await holds()).toBe(true);
  const { work } = context;
  expect(Object.keys(work).sort()).toEqual(['binding', 'db', 'json', 'query', 'transaction']);
  // @ts-expect-error a transaction that doesn't confirm the context
  await expect(work.transaction(async () => 'done')).rejects.toThrow('confirms its context');
  expect(await work.transaction(async () => 'done', { confirms: true })).toBe('done');
});

test('reads outside of a transaction have no write among their operations', () => {
  const write = ({ db }: ReturnType<Database['bind']>) => {
    // @ts-expect-error a write
    void db.tenant.update;
  };
  expect(write).toBeTypeOf('function');
});
