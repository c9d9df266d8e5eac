import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, PothosSchemaError, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { type Permission, ruleOf } from '../../access/policy.ts';
import { policyOf } from '../../access/policy-plugin.ts';
import type { UnitOfWork } from '../../database/index.ts';
import type { Action } from '../../domain/audit/actions.ts';
import { recordRefusal } from '../../domain/audit/refusal.ts';
import type { CommandContext } from '../../domain/core/command.ts';
import { earlierAnswer, idempotencyKey, keptAnswer } from '../../domain/core/idempotency.ts';
import type { Context } from './context.ts';

/** A mutation's input as it was sent. */
export type RawInput = Readonly<Record<string, unknown>> & { readonly idempotencyKey?: string | null };

/**
 * What the audit log calls a mutation; or why it is no administrative action, and neither its doing
 * nor its refusals are the log's.
 */
type Logged = { readonly action: Action; readonly unlogged?: never } | { readonly action?: never; readonly unlogged: string };

/** What a mutation says of itself. */
export type CommandOptions = Logged & {
  /** Where it acts, if not in the tenant context. */
  readonly place?: (context: Context, input: RawInput) => UnitOfWork;
  /** Whether it comes with an idempotency key, or not at all. */
  readonly keyed?: boolean;
};

/** The context of a mutation's resolver. */
export type CommandFieldContext = Context & { readonly command: CommandContext };

type Options = { operation?: CommandOptions; policy?: string };

/**
 * What every mutation has around it, outside of the check of its permission: an idempotency key
 * that was used answers as it did then (SPEC G6), and a refusal leaves an event (SPEC A1). A
 * mutation that neither names its action nor says why it has none stops the build.
 */
export class CommandPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const { operation, policy } = field.pothosOptions as Options;
    if (field.kind !== 'Mutation' || !operation) return resolve;
    return async (root, args, context, info) => {
      const command = buildCommandContext(
        context as Context,
        { ...operation, permission: policy as Permission, name: field.name, alias: String(info.path.key) },
        args,
      );
      const earlier = await answeredBefore(command);
      if (earlier) return earlier;
      try {
        return await resolve(root, args, { ...(context as Context), command } as never, info);
      } catch (error) {
        // The same request at the same time may have done it, and taken with it what this one
        // needs.
        const meanwhile = await answeredBefore(command);
        if (meanwhile) return meanwhile;
        await recordRefusal(command, error);
        throw error;
      }
    };
  }

  override afterBuild(schema: GraphQLSchema): GraphQLSchema {
    for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      const { action, unlogged } = (field.extensions.pothosOptions as Options).operation ?? {};
      if (Boolean(action) === Boolean(unlogged) || policyOf(field) === 'public')
        throw new PothosSchemaError(`Mutation.${field.name} names no action for the audit log, nor why it has none, or no permission`);
    }
    return schema;
  }
}

const answeredBefore = async ({ work, key, services }: CommandContext): Promise<object | null> =>
  key && work.binding.tenantId !== null ? earlierAnswer(await keptAnswer(work.db, key), key, services.clock.now()) : null;

type Asked = CommandOptions & { readonly permission: Permission; readonly name: string; readonly alias: string };

/**
 * The principal that an answer under an idempotency key belongs to (SPEC G12): the membership, the
 * API key or, for mutations outside a tenant and for staff, the person.
 */
function principalOf({ grant: { principal }, profile, membership }: Context, permission: Permission): string {
  const { context } = ruleOf(permission);
  if (principal.kind === 'user' && membership && context !== 'none' && context !== 'named') return `member|${membership.membershipId}`;
  return [principal.kind, profile!.issuer, profile!.subject].join('|');
}

/**
 * The idempotency key of a mutation. A keyed mutation costs money: its key stays the person's when
 * their membership ends, so that a later membership is refused instead of charged again.
 */
function keyOf(context: Context, { permission, name, alias, keyed }: Asked, text: string, request: object, isShared: boolean) {
  const principal = principalOf(context, permission);
  const { issuer, subject } = context.profile!;
  const part = isShared ? alias : null;
  if (keyed) return idempotencyKey(text, [context.grant.principal.kind, issuer, subject].join('|'), [name, { request, principal }], part);
  return idempotencyKey(text, principal, [name, request], part);
}

function buildCommandContext(context: Context, asked: Asked, args: object): CommandContext {
  const { action, permission, place } = asked;
  const input = (args as { input?: RawInput | null }).input ?? {};
  const { grant, profile, requestId, services, work } = context;
  const { idempotencyKey: own, ...request } = input;
  const text = own ?? context.idempotencyKey;
  const key = text !== null && profile ? keyOf(context, asked, text, request, own == null) : null;
  // Whom the permission isn't for stays where they are, and is refused there: where the input leads
  // is nothing to them.
  const isPlaced = place && ruleOf(permission).principals.includes(grant.principal.kind);
  return { action: action ?? null, permission, grant, profile, requestId, services, work: isPlaced ? place(context, request) : work, key };
}

SchemaBuilder.registerPlugin('operation', CommandPlugin as never);

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      operation: CommandPlugin<Types>;
    }
    export interface MutationFieldOptions<
      Types extends SchemaTypes,
      Type extends import('@pothos/core').TypeParam<Types>,
      Nullable extends import('@pothos/core').FieldNullability<Type>,
      Args extends import('@pothos/core').InputFieldMap,
      ResolveReturnShape,
    > {
      /** What the mutation does, to the audit log, and where. */
      operation?: CommandOptions;
    }
  }
}
