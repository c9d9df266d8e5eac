import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, PothosSchemaError, type SchemaTypes } from '@pothos/core';
import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Grant } from './grant.ts';
import { isPermission, type Permission, plansFor, ruleOf } from './policy.ts';

/**
 * What a field may declare (SPEC G1): the permission that it needs; `public`, for everybody; or
 * `as-parent`, for the wrappers of Relay's connections, which hold nothing of their own and are
 * reached through a guarded field only.
 */
export type FieldPolicy = Permission | 'public' | 'as-parent';

/** What the plugin reads of a request's context. */
export type GuardedContext = { readonly grant: Grant };

/**
 * How to tell which tenant an object's row belongs to: from the row; or `context` where the
 * database shows only rows of the context's tenant; or `crossing` where it is another tenant's, and
 * a crossing tells of it to whichever tenant asks (SPEC T5).
 */
export type TenantOf = ((row: never) => string) | 'context' | 'crossing';

type Options = { policy?: string; authScopes?: unknown; skipTypeScopes?: unknown; skipInterfaceScopes?: unknown; tenantOf?: TenantOf };

/** The policy of a built field, as its `extensions` carry it. */
export const policyOf = (field: { extensions: Readonly<Record<string, unknown>> } | undefined): FieldPolicy | undefined =>
  field?.extensions.policy as FieldPolicy | undefined;

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

/**
 * A field names its permission, scope-auth enforces it, and a schema with a bare field doesn't
 * build.
 */
export class PolicyPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { policy, authScopes } = field.pothosOptions as Options;
    const at = `${field.parentType}.${field.name}`;
    if (authScopes) throw new PothosSchemaError(`${at} has authScopes of its own: name a policy instead`);
    // inherited from an interface; afterBuild finds the bare ones
    if (policy === undefined) return field;
    if (policy !== 'public' && policy !== 'as-parent' && !isPermission(policy))
      throw new PothosSchemaError(`${at} names no permission: ${policy}`);
    return {
      ...field,
      ...(isPermission(policy) && { pothosOptions: { ...field.pothosOptions, authScopes: this.#check(policy, field) } as never }),
      description: [field.description, needOf(policy)].filter(Boolean).join('\n\n') || undefined,
      extensions: { ...field.extensions, policy, directives: directivesOf(policy) },
    } as PothosOutputFieldConfig<Types>;
  }

  override afterBuild(schema: GraphQLSchema): GraphQLSchema {
    const faults = Object.values(schema.getTypeMap())
      .filter(type => !type.name.startsWith('__') && (isObjectType(type) || isInterfaceType(type)))
      .flatMap(type => Object.values((type as GraphQLObjectType).getFields()).flatMap(field => faultsOf(type as GraphQLObjectType, field)));
    if (!this.builder.options.plugins?.includes('scopeAuth' as never))
      faults.push('scope-auth, which enforces policies, is not among the plugins');
    if (faults.length) throw new PothosSchemaError(`The schema is not safe to serve: ${faults.join('; ')}`);
    return schema;
  }

  /**
   * A look-up in the grant; below the root, of a row that is the context's tenant's own. What
   * doesn't depend on the request is settled here.
   */
  #check(permission: Permission, field: PothosOutputFieldConfig<Types>) {
    const held = (_row: unknown, _args: unknown, { grant }: GuardedContext) => grant.permissions.has(permission);
    if (ROOTS.has(field.kind) || ruleOf(permission).context === 'named') return held;
    const tenantOf = tenantOfType(this.buildCache.getTypeConfig(field.parentType).pothosOptions);
    if (!tenantOf) return () => false;
    if (typeof tenantOf === 'string')
      return (_row: unknown, _args: unknown, { grant }: GuardedContext) => Boolean(grant.tenantAccess) && grant.permissions.has(permission);
    return (row: never, _args: unknown, { grant: { permissions, tenantAccess } }: GuardedContext) =>
      Boolean(tenantAccess) && permissions.has(permission) && tenantOf(row) === tenantAccess?.tenantId;
  }
}

const tenantOfType = (options: unknown) => (options as Options).tenantOf;

function needOf(policy: FieldPolicy): string | null {
  if (policy === 'as-parent') return null;
  if (policy === 'public') return '**Public.**';
  const { context, principals, roles, statuses } = ruleOf(policy);
  if (context === 'none') return `**Needs** \`${policy}\`: whoever is signed in.`;
  if (context === 'named')
    return `**Needs** \`${policy}\`: ${principals.includes('staff') ? 'platform staff' : 'whoever is signed in'}; while the tenant that the input leads to is ${statuses.join(', ')}.`;
  const plans = plansFor(ruleOf(policy));
  return `**Needs** \`${policy}\`: ${roles.join(', ')}; while the tenant is ${statuses.join(', ')}${plans ? `; on the plan ${plans.join(' or ')}` : ''}.`;
}

function directivesOf(policy: FieldPolicy): object {
  if (policy === 'as-parent') return {};
  if (policy === 'public') return { public: {} };
  const plans = plansFor(ruleOf(policy));
  return { requires: { permission: policy, ...(plans && { plans }) } };
}

/** What is wrong with a built field's policy, if anything. */
function faultsOf(type: GraphQLObjectType | GraphQLInterfaceType, field: GraphQLField<unknown, unknown>): readonly string[] {
  const at = `${type.name}.${field.name}`;
  const policy = policyOf(field);
  const options = (field.extensions.pothosOptions ?? {}) as Options;
  if (!policy) return [`${at} has no policy`];
  if (options.skipTypeScopes || options.skipInterfaceScopes) return [`${at} skips scopes`];
  if (policy === 'as-parent') return isWrapper(type, field) ? [] : [`${at} holds data, and can't be as its parent`];
  if (policy === 'public') return [];
  const root = ROOTS.has(type.name);
  return [
    ...(root || ruleOf(policy).context === 'named' || tenantOfType(type.extensions.pothosOptions ?? {})
      ? []
      : [`${at} needs ${policy}, but ${type.name} doesn't say whose tenant its rows are of`]),
    // A refusal of a field that can't be null would take its siblings along. An id is never refused
    // by itself: whatever leads to it needs the same.
    ...(isNonNullType(field.type) && field.name !== 'id' ? [`${at} needs ${policy} and must be nullable`] : []),
    ...(field.extensions.pothosResolveWrapped ? [] : [`${at} needs ${policy}, and nothing enforces it`]),
  ];
}

const isWrapper = (type: GraphQLObjectType | GraphQLInterfaceType, { name }: GraphQLField<unknown, unknown>) =>
  type.name === 'PageInfo' || /(Connection|Edge)$/.test(type.name) || (isInterfaceType(type) && name === 'id');

SchemaBuilder.registerPlugin('policy', PolicyPlugin as never);

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      policy: PolicyPlugin<Types>;
    }
    export interface FieldOptions<
      Types extends SchemaTypes = SchemaTypes,
      ParentShape = unknown,
      Type extends import('@pothos/core').TypeParam<Types> = import('@pothos/core').TypeParam<Types>,
      Nullable extends import('@pothos/core').FieldNullability<Type> = import('@pothos/core').FieldNullability<Type>,
      Args extends import('@pothos/core').InputFieldMap = import('@pothos/core').InputFieldMap,
      ResolveShape = unknown,
      ResolveReturnShape = unknown,
    > {
      /**
       * The permission that the field needs, or why it needs none. A schema with a field that
       * doesn't say doesn't build.
       */
      policy?: FieldPolicy;
    }
    export interface BaseTypeOptions<Types extends SchemaTypes = SchemaTypes> {
      /**
       * Which tenant a row of this type belongs to. Required where a field of the type names a
       * permission.
       */
      tenantOf?: TenantOf;
    }
  }
}
