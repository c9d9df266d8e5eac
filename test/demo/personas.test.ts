import { describe, expect, test } from 'vitest';
import { DEMO_TENANTS, findPersona, PERSONAS } from '../../src/demo/personas.ts';

// biome-ignore format: a table is read by its columns
const TENANTS = [
  ['northwind', 'PROFESSIONAL', 'active',           'sells', 'buys'],
  ['adatum',    'ENTERPRISE',   'active',           'sells', ''],
  ['fabrikam',  'STARTER',      'active',           '',      'buys'],
  ['contoso',   'FREE',         'active',           '',      ''],
  ['tailspin',  'STARTER',      'suspended',        '',      ''],
  ['litware',   'PROFESSIONAL', 'pending_deletion', '',      ''],
];

// biome-ignore format: a table is read by its columns
const MEMBERS: Record<string, string[]> = {
  northwind: ['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer', 'sam: viewer'],
  adatum:    ['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'],
  fabrikam:  ['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer', 'sam: operator, buyer_manager'],
  contoso:   ['owner', 'viewer', 'sam: admin'],
  tailspin:  ['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'],
  litware:   ['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'],
};

describe('the demo tenants', () => {
  test('have the promised plan, status and market sides', () => {
    expect(DEMO_TENANTS.map(t => [t.slug, t.plan, t.status, t.sells ? 'sells' : '', t.buys ? 'buys' : ''])).toEqual(TENANTS);
  });

  test('have a status reason when they are not active, and none when they are', () => {
    for (const { slug, status, statusReason } of DEMO_TENANTS) expect([slug, statusReason === null]).toEqual([slug, status === 'active']);
  });

  test('have distinct names', () => {
    expect(new Set(DEMO_TENANTS.map(tenant => tenant.name)).size).toBe(6);
  });
});

describe('the personas', () => {
  test.each(Object.entries(MEMBERS))('of %s have the promised roles', (slug, expected) => {
    const members = PERSONAS.flatMap(({ email, memberships }) =>
      memberships
        .filter(({ tenant }) => tenant === slug)
        .map(({ roles }) => (email === 'sam@people.example' ? `sam: ${roles.join(', ')}` : `${email} ${roles.join()}`)),
    );
    expect(members).toEqual(expected.map(role => (role.startsWith('sam') ? role : `${role}@${slug}.example ${role}`)));
  });

  test('are 34 people with 34 addresses and 34 names', () => {
    expect(PERSONAS).toHaveLength(34);
    expect(new Set(PERSONAS.map(persona => persona.email)).size).toBe(34);
    expect(new Set(PERSONAS.map(persona => persona.name)).size).toBe(34);
  });

  test('include one member of staff, who belongs to no tenant', () => {
    expect(PERSONAS.filter(persona => persona.staff).map(({ email, memberships }) => ({ email, memberships }))).toEqual([
      { email: 'staff@ipto.example', memberships: [] },
    ]);
  });

  test('are found by e-mail address in any case; unknown addresses are not', () => {
    expect(findPersona('Owner@Northwind.example')?.email).toBe('owner@northwind.example');
    expect(findPersona('owner@northwind.example.org')).toBeUndefined();
  });
});
