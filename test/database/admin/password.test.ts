import pg from 'pg';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { setPassword } from '../../../src/database/admin/password.ts';
import { asAdmin, newRole } from '../../support/isolation/databases.ts';

afterEach(() => void vi.restoreAllMocks());

test('the server receives a verifier, so that its log can have no password', async () => {
  const { name } = await newRole();
  const query = vi.spyOn(pg.Client.prototype, 'query');
  await setPassword(inject('cluster').adminUrl, { name, password: 'canary' });
  const sent = query.mock.calls.map(args => JSON.stringify(args)).join('\n');
  expect(sent).toContain("PASSWORD 'SCRAM-SHA-256$4096:");
  expect(sent).not.toContain('canary');
  await asAdmin(`DROP ROLE ${name}`);
});
