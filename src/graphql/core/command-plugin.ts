import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, PothosSchemaError, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { type Permission, ruleOf } from '../../access/policy.ts';
import { policyOf } from '../../access/policy-plugin.ts';
import type { UnitOfWork } from '../../database/index.ts';
import type { Action } from '../../domain/audit/actions.ts';
import { isToRecord, recordRefusal } from '../../domain/audit/refusal.ts';
import type { CommandContext } from '../../domain/core/command.ts';
import { earlierAnswer, idempotencyKey, keptAnswer } from '../../domain/core/idempotency.ts';
import type { RunCommand } from '../../executor/field-extensions.ts';
import { type Context, isUnconfirmed, OptimisticContextStale } from './context.ts';
import { refusedFor } from './refusal.ts';

/** A mutation's input as it was sent. */
export type RawInput = Readonly<Record<string, unknown>> & { readonly idempotencyKey?: string | null };

/** A command's name in the audit log; or why it isn't an administrative action and isn't logged. */
type Logged = { readonly action: Action; readonly unlogged?: never } | { readonly action?: never; readonly unlogged: string };

/** What a mutation declares. */
export type CommandOptions = Logged & {
  /** The unit of work that it acts in, if not the tenant context's. */
  readonly place?: (context: Context, input: RawInput) => UnitOfWork;
  /** Whether an idempotency key is required. */
  readonly keyed?: boolean;
};

/** The context of a mutation's resolver. */
export type CommandFieldContext = Context & { readonly command: CommandContext };

type Options = { command?: CommandOptions; policy?: string };
type Resolver = GraphQLFieldResolver<unknown, CommandFieldContext, object>;

/**
 * Puts around every mutation what belongs to all commands: a used idempotency key gets the stored
 * answer (SPEC G6), and a refusal is recorded in the audit log (SPEC A1). A mutation that neither
 * names its action nor says why it has none stops the build.
 */
export class CommandPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { command: declared, policy } = field.pothosOptions as Options;
    if (field.kind !== 'Mutation' || !declared) return field;
    const run = commandRunner({ ...declared, permission: policy as Permission, name: field.name }, field.resolve as Resolver);
    return { ...field, extensions: { ...field.extensions, command: run } };
  }

  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const { command: declared, policy } = field.pothosOptions as Options;
    if (field.kind !== 'Mutation' || !declared) return resolve;
    const options = { ...declared, permission: policy as Permission, name: field.name };
    return async (root, args, context, info) => {
      const done = outcomes.get(context as Context);
      if (done) return await done;
      const command = commandContext(context as Context, options, String(info.path.key), args);
      return await runOnce(command, () => resolve(root, args, { ...(context as Context), command } as never, info));
    };
  }

  override afterBuild(schema: GraphQLSchema): GraphQLSchema {
    for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      const { action, unlogged } = (field.extensions.pothosOptions as Options).command ?? {};
      if (Boolean(action) === Boolean(unlogged) || policyOf(field) === 'public')
        throw new PothosSchemaError(`Mutation.${field.name} names no action for the audit log, nor why it has none, or no permission`);
    }
    return schema;
  }
}

/**
 * What the executor ran for a request: GraphQL.js, writing the payload in its place, runs nothing
 * again.
 */
const outcomes = new WeakMap<Context, Promise<object>>();

/**
 * Runs a mutation for the executor, with the permission check that scope-auth does under
 * GraphQL.js.
 */
const commandRunner =
  (declared: Declared, resolve: Resolver): RunCommand =>
  async (args, context: Context, responseKey) => {
    const run = async () => {
      const isElsewhere = declared.place || ruleOf(declared.permission).context !== 'tenant';
      if (isElsewhere && isUnconfirmed(context)) throw new OptimisticContextStale('a command of another place needs a confirmed context');
      const command = commandContext(context, declared, responseKey, args);
      if (command.key && isUnconfirmed(context))
        throw new OptimisticContextStale("a stored answer is a membership's: it must be confirmed");
      return await runOnce(command, async () => {
        const refusal = refusedFor(declared.permission, context);
        if (refusal) throw refusal;
        return (await resolve(undefined, args, { ...context, command }, undefined as never)) as object;
      });
    };
    const outcome = run();
    outcomes.set(context, outcome);
    return await outcome.then(
      payload => ({ payload }),
      error => (error instanceof OptimisticContextStale ? null : { error }),
    );
  };

/** Runs a command unless its idempotency key has a stored answer, and records its refusal. */
async function runOnce(command: CommandContext, run: () => unknown): Promise<object> {
  const stored = await storedAnswer(command);
  if (stored) return stored;
  try {
    return (await run()) as object;
  } catch (error) {
    // The same request, sent at the same time, may have made this one fail.
    const concurrent = await storedAnswer(command);
    if (concurrent) return concurrent;
    if (!isToRecord(command, error)) throw error;
    if (isUnconfirmed(command)) throw new OptimisticContextStale('a refusal is recorded under a confirmed context');
    await recordRefusal(command, error);
    throw error;
  }
}

const storedAnswer = async ({ work, key, services }: CommandContext): Promise<object | null> =>
  key && work.binding.tenantId !== null ? earlierAnswer(await keptAnswer(work.db, key), key, services.clock.now()) : null;

type Declared = CommandOptions & { readonly permission: Permission; readonly name: string };

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
function keyOf(context: Context, { permission, name, keyed }: Declared, alias: string, text: string, request: object, isShared: boolean) {
  const principal = principalOf(context, permission);
  const { issuer, subject } = context.profile!;
  const part = isShared ? alias : null;
  if (keyed) return idempotencyKey(text, [context.grant.principal.kind, issuer, subject].join('|'), [name, { request, principal }], part);
  return idempotencyKey(text, principal, [name, request], part);
}

function commandContext(context: Context, declared: Declared, alias: string, args: object): CommandContext {
  const { action, permission, place } = declared;
  const { grant, profile, requestId, services, work } = context;
  const { idempotencyKey: own, ...request } = (args as { input?: RawInput | null }).input ?? ({} as RawInput);
  const text = own ?? context.idempotencyKey;
  const key = text !== null && profile ? keyOf(context, declared, alias, text, request, own == null) : null;
  // A principal that can't hold the permission is refused in their own tenant: they learn nothing
  // about the place that the input leads to.
  const isPlaced = place && ruleOf(permission).principals.includes(grant.principal.kind);
  return { action: action ?? null, permission, grant, profile, requestId, services, work: isPlaced ? place(context, request) : work, key };
}

SchemaBuilder.registerPlugin('command', CommandPlugin as never);

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      command: CommandPlugin<Types>;
    }
    export interface MutationFieldOptions<
      Types extends SchemaTypes,
      Type extends import('@pothos/core').TypeParam<Types>,
      Nullable extends import('@pothos/core').FieldNullability<Type>,
      Args extends import('@pothos/core').InputFieldMap,
      ResolveReturnShape,
    > {
      /** What the mutation does, to the audit log, and where. */
      command?: CommandOptions;
    }
  }
}
