import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { type GraphQLSchema, graphql } from 'graphql';
import { expect } from 'vitest';
import '../../src/access/policy-plugin.ts';
import { grantOf, type Principal, type TenantAccess } from '../../src/access/grant.ts';
import type { GuardedContext } from '../../src/access/policy-plugin.ts';
import type { Role } from './expectation.ts';

export type Thing = { tenantId: string };
const HERE = 'here';
const ELSEWHERE = 'elsewhere';

const builderOf = () =>
  new SchemaBuilder<{
    Context: GuardedContext;
    DefaultFieldNullability: false;
    DefaultAuthStrategy: 'all';
    AuthScopes: { never: boolean };
  }>({
    plugins: ['policy', ScopeAuthPlugin],
    defaultFieldNullability: false,
    scopeAuth: {
      defaultStrategy: 'all',
      authScopes: () => ({ never: false }),
      unauthorizedError: () => new Error('refused'),
    },
  } as never); // the types would have options of every plugin that there is

type Builder = ReturnType<typeof builderOf>;

/** A schema with one type beside the root's `things`, with the fields of `add`. */
export function built(add: (builder: Builder) => void): GraphQLSchema {
  const builder = builderOf();
  builder.queryType();
  add(builder);
  return builder.toSchema();
}

/** A schema with a `Thing` of two tenants, whose `name` has the given options. */
export const thing = (options: object, type: object = { tenantOf: (row: Thing) => row.tenantId }, name = 'Thing') =>
  built(builder => {
    const Type = builder.objectRef<Thing>(name).implement({
      ...type,
      fields: t => ({ name: t.string({ resolve: ({ tenantId }) => `of ${tenantId}`, ...options }) }),
    });
    builder.queryField('things', t =>
      t.field({ type: [Type], policy: 'public', resolve: () => [{ tenantId: HERE }, { tenantId: ELSEWHERE }] }),
    );
  });

export const GUARDED = { policy: 'member:list', nullable: true };
/** The same with an interface from which the field is inherited. */
export const inheriting = (options: object, type: object) =>
  built(builder => {
    const Named = builder.interfaceRef<Thing>('Named').implement({
      tenantOf: (row: Thing) => row.tenantId,
      fields: t => ({ name: t.string({ resolve: ({ tenantId }) => `of ${tenantId}`, ...options }) }),
    });
    const Type = builder.objectRef<Thing>('Thing').implement({ ...type, interfaces: [Named], isTypeOf: () => true });
    builder.queryField('things', t =>
      t.field({ type: [Type], policy: 'public', resolve: () => [{ tenantId: HERE }, { tenantId: ELSEWHERE }] }),
    );
  });

const tenantAccess = (roles: readonly Role[]): TenantAccess => ({ tenantId: HERE, status: 'active', features: [], roles });
export const member = (...roles: readonly Role[]): GuardedContext => ({ grant: grantOf({ kind: 'user' }, tenantAccess(roles)) });
export const outside = (principal: Principal): GuardedContext => ({ grant: grantOf(principal, null) });

/** Compares each value, and checks that exactly the nulls have an error. */
export async function names(schema: GraphQLSchema, contextValue: GuardedContext): Promise<unknown[]> {
  const { data, errors = [] } = await graphql({ schema, source: '{ things { name } }', contextValue });
  const told = (data as { things: { name: unknown }[] }).things.map(({ name }) => name);
  const refused = told.flatMap((name, index) => (name === null ? [['things', index, 'name']] : []));
  expect(errors.map(({ path }) => path)).toEqual(refused);
  expect(errors.map(({ message }) => message)).toEqual(refused.map(() => 'refused'));
  return told;
}
