import { type GraphQLObjectType, graphql } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { FieldPolicy, GuardedContext } from '../../src/access/policy-plugin.ts';
import { policyOf } from '../../src/access/policy-plugin.ts';
import { built, GUARDED, inheriting, member, names, outside, type Thing, thing } from './little-schema.ts';

describe('a guarded field', () => {
  test('inherited from an interface is guarded too', async () => {
    const schema = inheriting(GUARDED, { tenantOf: (row: Thing) => row.tenantId });
    expect(await names(schema, member('viewer'))).toEqual(['of here', null]);
    expect(await names(schema, member('operator'))).toEqual([null, null]);
  });

  test('returns only rows of the context’s tenant to callers with the permission', async () => {
    expect(await names(thing(GUARDED), member('viewer'))).toEqual(['of here', null]);
  });

  test('is refused for every row to callers without the permission', async () => {
    expect(await names(thing(GUARDED), member('operator'))).toEqual([null, null]);
    expect(await names(thing(GUARDED), outside({ kind: 'user' }))).toEqual([null, null]);
    expect(await names(thing(GUARDED), outside({ kind: 'nobody' }))).toEqual([null, null]);
  });

  test('is refused outside of a tenant, though its permission needs none, because its row has one', async () => {
    const options = { policy: 'tenant:create', nullable: true };
    expect(await names(thing(options), outside({ kind: 'user' }))).toEqual([null, null]);
    expect(await names(thing(options), member('viewer'))).toEqual(['of here', null]);
  });

  test('of a type whose rows the database limits to the tenant returns all rows', async () => {
    expect(await names(thing(GUARDED, { tenantOf: 'context' }), member('viewer'))).toEqual(['of here', 'of elsewhere']);
    expect(await names(thing(GUARDED, { tenantOf: 'context' }), member('operator'))).toEqual([null, null]);
  });

  test('of a root type checks only the permission', async () => {
    const schema = built(builder => {
      builder.queryField('own', t => t.string({ policy: 'tenant:create', nullable: true, resolve: () => 'mine' }));
    });
    const own = async (contextValue: GuardedContext) => (await graphql({ schema, source: '{ own }', contextValue })).data?.own;
    expect(await own(outside({ kind: 'user' }))).toBe('mine');
    expect(await own(outside({ kind: 'staff' }))).toBeNull();
  });

  test('with a permission for named tenants checks only the permission, whatever the row’s tenant', async () => {
    const options = { policy: 'staff:read-tenant', nullable: true };
    for (const type of [{}, { tenantOf: (row: Thing) => row.tenantId }]) {
      expect(await names(thing(options, type), outside({ kind: 'staff' }))).toEqual(['of here', 'of elsewhere']);
      expect(await names(thing(options, type), member('owner', 'admin'))).toEqual([null, null]);
      expect(await names(thing(options, type), outside({ kind: 'nobody' }))).toEqual([null, null]);
    }
  });

  test('doesn’t run its resolver when it is refused', async () => {
    let runs = 0;
    const resolve = () => {
      runs += 1;
      return 'seen';
    };
    await names(thing({ ...GUARDED, resolve }), member('operator'));
    expect(runs).toBe(0);
    await names(thing({ ...GUARDED, resolve }), member('viewer'));
    expect(runs).toBe(1);
  });
});

describe('a public field', () => {
  test('is returned to everybody, and its type needs no tenant', async () => {
    for (const who of [outside({ kind: 'nobody' }), outside({ kind: 'staff' }), member('operator')])
      expect(await names(thing({ policy: 'public' }, {}), who)).toEqual(['of here', 'of elsewhere']);
  });
});

describe('the need of a field is printed', () => {
  const fieldOf = (policy: FieldPolicy, more: object = {}) => {
    const type = thing({ policy, nullable: true, ...more }).getType('Thing');
    return (type as GraphQLObjectType).getFields().name!;
  };

  test('in its extensions, as a directive, and at the end of its description', () => {
    const field = fieldOf('tenant:rename', { description: 'What it is called.', extensions: { kept: true } });
    expect(policyOf(field)).toBe('tenant:rename');
    expect(field.extensions).toMatchObject({
      policy: 'tenant:rename',
      directives: { requires: { permission: 'tenant:rename' } },
      kept: true,
    });
    expect(field.description).toBe('What it is called.\n\n**Needs** `tenant:rename`: owner, admin; while the tenant is active.');
  });

  test('as the whole description if it has no other', () => {
    expect(fieldOf('tenant:create').description).toBe('**Needs** `tenant:create`: any signed-in person.');
  });

  test('in its description, for permissions in the tenant that the input names', () => {
    expect(fieldOf('staff:resume').description).toBe(
      '**Needs** `staff:resume`: platform staff; while the tenant named by the input is suspended.',
    );
    expect(fieldOf('invitation:decline').description).toBe(
      '**Needs** `invitation:decline`: any signed-in person; while the tenant named by the input is active, suspended, pending_deletion.',
    );
  });

  test('as public for a public field', () => {
    const field = fieldOf('public', { description: 'A name.' });
    expect(field.extensions).toMatchObject({ policy: 'public', directives: { public: {} } });
    expect(field.description).toBe('A name.\n\n**Public.**');
  });

  test('for existing fields only', () => {
    expect(policyOf(undefined)).toBeUndefined();
  });
});
