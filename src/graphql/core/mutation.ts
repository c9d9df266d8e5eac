import type { InputFieldMap, InputShapeFromFields } from '@pothos/core';
import type { Permission } from '../../access/policy.ts';
import type { CommandContext } from '../../domain/core/command.ts';
import { badInput } from '../../domain/core/errors.ts';
import { builder } from './builder.ts';
import type { CommandFieldContext, CommandOptions } from './command-plugin.ts';
import type { Context } from './context.ts';

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never;
type Fields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;
type PayloadRef<Payload> = ReturnType<ReturnType<typeof builder.objectRef<Payload>>['implement']>;

type MutationOptions<Input extends InputFieldMap, Payload extends object> = CommandOptions & {
  readonly policy: Permission;
  readonly description: string;
  /** The fields of its input; without, the input may be left out. */
  readonly input?: (t: Fields) => Input;
  readonly payload: PayloadRef<Payload>;
  /** Its cost points, if not 1. */
  readonly weight?: number;
  /**
   * Does it. What it answers is what the command keeps under an idempotency key: a retry resolves
   * the payload from that.
   */
  readonly run: (command: CommandContext, input: InputShapeFromFields<NoInfer<Input>>, context: Context) => Promise<NoInfer<Payload>>;
};

const KEY =
  'A unique key that you choose for this request, such as a UUID. A retry with the same key and input within a day returns the same response and changes nothing.';

const KEYED = `${KEY} Required, here or in the header \`Idempotency-Key\`.`;

/**
 * A mutation: one input with an idempotency key, optional unless it says `keyed`, and one payload
 * (SPEC G6).
 */
export function mutation<Input extends InputFieldMap, Payload extends object>(
  name: string,
  { policy, description, input, payload, weight, run, ...command }: MutationOptions<Input, Payload>,
): void {
  const typename = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const type = builder.inputType(typename, {
    fields: t => ({ ...(input?.(t as never) ?? {}), idempotencyKey: t.string({ description: command.keyed ? KEYED : KEY }) }),
  });
  builder.mutationField(name, t =>
    t.field({
      type: payload as never,
      policy,
      command,
      nullable: true,
      description,
      ...(weight && { complexity: weight }),
      args: { input: t.arg({ type, required: input !== undefined }) },
      resolve: ((_root: unknown, args: { input?: unknown }, context: CommandFieldContext) => {
        if (command.keyed && !context.command.key)
          throw badInput('Send an idempotency key with it: `idempotencyKey`, or the header `Idempotency-Key`.');
        const { idempotencyKey: _, ...given } = (args.input ?? {}) as { idempotencyKey?: string };
        return run(context.command, given as InputShapeFromFields<Input>, context);
      }) as never,
    }),
  );
}
