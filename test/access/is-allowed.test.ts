import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Grant, grantOf, type TenantAccess } from '../../src/access/grant.ts';
import { type FieldAccess, isAllowed, PUBLIC_ACCESS, UNREAD_ROW } from '../../src/access/is-allowed.ts';

const inTenant = (...roles: TenantAccess['roles']): Grant =>
  grantOf({ kind: 'user' }, { tenantId: 'ours', status: 'active', features: [], roles });
const [viewer, operator, outside] = [inTenant('viewer'), inTenant('operator'), grantOf({ kind: 'user' }, null)];
const staff = grantOf({ kind: 'staff' }, null);

const tenantOf = ({ tenantId }: { tenantId: string }) => tenantId;
const [ours, theirs] = [{ tenantId: 'ours' }, { tenantId: 'theirs' }];

const ROOT: FieldAccess = { permission: 'member:list', isOfTenant: false, tenantOf: null };
const BY_ROW: FieldAccess = { permission: 'member:list', isOfTenant: true, tenantOf };
const BY_DATABASE: FieldAccess = { permission: 'member:list', isOfTenant: true, tenantOf: null };
const WITHOUT_TENANT: FieldAccess = { permission: 'tenant:create', isOfTenant: true, tenantOf };
const NAMED: FieldAccess = { permission: 'staff:read-tenant', isOfTenant: false, tenantOf: null };

describe('T4: a field is allowed', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, FieldAccess, Grant, unknown, boolean]>([
    ['a public field, to everybody',                           PUBLIC_ACCESS,  outside,  theirs,     true],
    ['a root field, with the permission',                      ROOT,           viewer,   undefined,  true],
    ['a root field, without it',                               ROOT,           operator, undefined,  false],
    ['a field of a row of the tenant',                         BY_ROW,         viewer,   ours,       true],
    ['a field of a row of the tenant, without the permission', BY_ROW,         operator, ours,       false],
    ['a field of a row of another tenant',                     BY_ROW,         viewer,   theirs,     false],
    ['a field of a row that says no tenant',                   BY_ROW,         viewer,   {},         false],
    ['a field of a row that is yet to be read',                BY_ROW,         viewer,   UNREAD_ROW, true],
    ['a field of an unread row, without the permission',       BY_ROW,         operator, UNREAD_ROW, false],
    ['a field whose rows the database vouches for',            BY_DATABASE,    viewer,   theirs,     true],
    ['the same outside of any tenant',                         BY_DATABASE,    outside,  ours,       false],
    ['a permission that needs no tenant, on a row of ours',    WITHOUT_TENANT, viewer,   ours,       true],
    ['a permission that needs no tenant, outside of any',      WITHOUT_TENANT, outside,  ours,       false],
    ['the same on an unread row',                              WITHOUT_TENANT, outside,  UNREAD_ROW, false],
    ['a permission over a named tenant, on any row',           NAMED,          staff,    theirs,     true],
  ])('%s', (_what, field, grant, row, expected) => {
    expect(isAllowed(field, grant, row)).toBe(expected);
  });
});

test('T4: no other file looks up a permission of a grant', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    file => file.endsWith('.ts') && !file.startsWith('generated'),
  );
  expect(files.filter(file => /permissions\.has\(/.test(readFileSync(`src/${file}`, 'utf8')))).toEqual(['access/is-allowed.ts']);
});
