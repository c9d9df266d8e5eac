import { expect, test } from 'vitest';
import { grantOf, type TenantAccess } from '../../src/access/grant.ts';
import { checkedFor, WrongPermissions } from '../../src/executor/permission-check.ts';

const of = (...roles: TenantAccess['roles']) => grantOf({ kind: 'user' }, { tenantId: 't', status: 'active', features: [], roles });

test('T4: a cached read is used only for the permissions that it was built for', () => {
  const cached = { permissions: of('admin').permissions };
  expect(checkedFor(cached, of('admin'))).toBe(cached);
  expect(() => checkedFor(cached, of('viewer'))).toThrow(WrongPermissions);
});
