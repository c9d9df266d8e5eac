import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/database/index.ts';
import { tenantContext } from '../../../src/http/auth/tenant-context.ts';
import { fixtures, ISSUER, type Person, type Tenant, useDatabase } from '../../support/database.ts';
import { requestInput } from '../../support/request-input.ts';

const own = useDatabase();
let opened: Database;
let sam: Person;
let acme: Tenant;
let statements = 0;
/** The database, which counts statements outside of any tenant. */
let database: Database;
beforeAll(async () => {
  opened = openDatabase(own.runtimeUrl);
  database = {
    ...opened,
    queryText: spoken => {
      statements += 1;
      return opened.queryText(spoken);
    },
  };
  const make = fixtures(own);
  const owner = await make.person('Owner');
  sam = await make.person('Sam');
  acme = await make.tenant('acme', owner, { plan: 'PROFESSIONAL' });
  await make.member(acme, sam, ['viewer', 'operator']);
  await make.member(await make.tenant('bakery', owner), sam, ['viewer']);
});
afterAll(() => opened?.close());
beforeEach(() => {
  statements = 0;
});

const contextIn = (header?: string) => {
  const profile = {
    issuer: ISSUER,
    subject: sam.subject,
    name: sam.name,
    isNamed: true,
    email: sam.email,
    emailVerified: true,
    issuedAt: null,
  };
  return tenantContext(database, { profile, staff: false, tenant: null }, requestInput(header));
};

describe('the context of a request', () => {
  test('reads the tenant’s status and features and the person’s roles in one statement', async () => {
    const { grant, work, requestId } = await contextIn('acme');
    expect(grant.tenantAccess).toEqual({
      tenantId: acme.id,
      status: 'active',
      features: ['advanced_analytics'],
      roles: ['viewer', 'operator'],
    });
    expect(work.binding).toEqual({ tenantId: acme.id, personId: sam.id });
    expect(requestId).toBe('request-1');
    expect(statements).toBe(1);
  });

  test('in a tenant, reads all memberships on demand and once', async () => {
    const { memberships } = await contextIn('acme');
    expect(statements).toBe(1);
    const [first, second] = [await memberships(), await memberships()];
    expect(first.map(({ slug }) => slug)).toEqual(['acme', 'bakery']);
    expect(second).toBe(first);
    expect(statements).toBe(2);
  });

  test('outside of any tenant, has read them already', async () => {
    const { memberships, grant, work } = await contextIn();
    expect(grant.tenantAccess).toBeNull();
    expect(work.binding).toEqual({ tenantId: null, personId: sam.id });
    expect((await memberships()).map(({ slug }) => slug)).toEqual(['acme', 'bakery']);
    expect(statements).toBe(1);
  });
});
