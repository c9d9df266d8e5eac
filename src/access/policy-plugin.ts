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
import { type FieldAccess, isAllowed, PUBLIC_ACCESS } from './is-allowed.ts';
import { isPermission, type Permission, plansFor, ruleOf } from './policy.ts';

/**
 * What a field declares (SPEC G1): a permission; `public`; or `as-parent`, for the wrappers of
 * Relay's connections, which hold no data and are reached through a guarded field only.
 */
export type FieldPolicy = Permission | 'public' | 'as-parent';

/** The part of a request's context that the plugin reads. */
export type GuardedContext = { readonly grant: Grant };

/**
 * Which tenant a type's rows belong to: a function of the row; `context` where the database returns
 * only rows of the tenant context; `crossing` where rows are another tenant's, which a crossing
 * shows to every tenant (SPEC T5).
 */
export type TenantOf = ((row: never) => string) | 'context' | 'crossing';

type Options = { policy?: string; authScopes?: unknown; skipTypeScopes?: unknown; skipInterfaceScopes?: unknown; tenantOf?: TenantOf };

type WithExtensions = { readonly extensions: Readonly<Record<string, unknown>> };

/** The policy that a built field declares. */
export const policyOf = (field: WithExtensions | undefined): FieldPolicy | undefined => field?.extensions.policy as FieldPolicy | undefined;

/** What a built field needs, as {@link isAllowed} takes it. */
export const accessOf = ({ extensions }: WithExtensions): FieldAccess => (extensions.access as FieldAccess | undefined) ?? PUBLIC_ACCESS;

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

/**
 * Turns the policy of a field into a scope-auth check, and refuses to build a schema in which a
 * field has none. The executor enforces the same {@link FieldAccess} itself.
 */
export class PolicyPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { policy, authScopes } = field.pothosOptions as Options;
    const at = `${field.parentType}.${field.name}`;
    if (authScopes) throw new PothosSchemaError(`${at} has authScopes of its own: name a policy instead`);
    // A field inherited from an interface. `afterBuild` finds those without a policy.
    if (policy === undefined) return field;
    if (policy !== 'public' && policy !== 'as-parent' && !isPermission(policy))
      throw new PothosSchemaError(`${at} names no permission: ${policy}`);
    const access = isPermission(policy) ? this.#accessOf(policy, field) : PUBLIC_ACCESS;
    const check = (row: unknown, _args: unknown, { grant }: GuardedContext) => isAllowed(access, grant, row);
    return {
      ...field,
      ...(isPermission(policy) && { pothosOptions: { ...field.pothosOptions, authScopes: check } as never }),
      description: [field.description, needOf(policy)].filter(Boolean).join('\n\n') || undefined,
      extensions: { ...field.extensions, policy, access, directives: directivesOf(policy) },
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

  #accessOf(permission: Permission, { kind, parentType }: PothosOutputFieldConfig<Types>): FieldAccess {
    if (ROOTS.has(kind) || ruleOf(permission).context === 'named') return { permission, isOfTenant: false, tenantOf: null };
    const tenantOf = tenantOfType(this.buildCache.getTypeConfig(parentType).pothosOptions);
    if (typeof tenantOf === 'string') return { permission, isOfTenant: true, tenantOf: null };
    return { permission, isOfTenant: true, tenantOf: tenantOf ?? ofNoTenant };
  }
}

/** For a type without `tenantOf`: no row is allowed, and `afterBuild` refuses its schema. */
const ofNoTenant = () => '';

const tenantOfType = (options: unknown) => (options as Options).tenantOf;

function needOf(policy: FieldPolicy): string | null {
  if (policy === 'as-parent') return null;
  if (policy === 'public') return '**Public.**';
  const { context, principals, roles, statuses } = ruleOf(policy);
  if (context === 'none') return `**Needs** \`${policy}\`: any signed-in person.`;
  if (context === 'named')
    return `**Needs** \`${policy}\`: ${principals.includes('staff') ? 'platform staff' : 'any signed-in person'}; while the tenant named by the input is ${statuses.join(', ')}.`;
  const plans = plansFor(ruleOf(policy));
  return `**Needs** \`${policy}\`: ${roles.join(', ')}; while the tenant is ${statuses.join(', ')}${plans ? `; on the plan ${plans.join(' or ')}` : ''}.`;
}

function directivesOf(policy: FieldPolicy): object {
  if (policy === 'as-parent') return {};
  if (policy === 'public') return { public: {} };
  const plans = plansFor(ruleOf(policy));
  return { requires: { permission: policy, ...(plans && { plans }) } };
}

/** The faults in a built field's policy. */
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
    // Refusing a non-null field would remove its siblings too. An id may be non-null: the field
    // that leads to its object needs the same permission.
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
       * The permission that the field needs, `public` or `as-parent`. Required: a schema with a
       * field that has none doesn't build.
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
