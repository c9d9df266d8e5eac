import { type ExecutionResult, locatedError } from 'graphql';
import type { ExecutionContext } from './execution.ts';
import type { ArgMapper } from './field-extensions.ts';
import type { FieldPlan } from './query-plan.ts';

/** A command's arguments as its resolver takes them: with global ids decoded. */
export async function mappedArgs(mappers: readonly ArgMapper[], args: object, context: ExecutionContext): Promise<object> {
  let mapped = args;
  for (const mapper of mappers) mapped = await mapper(mapped, context as never, undefined as never);
  return mapped;
}

/** The result of a command that threw, as GraphQL.js makes it. */
export const failedCommand = ({ key, nodes }: FieldPlan, error: unknown): ExecutionResult => ({
  errors: [locatedError(error, [...nodes], [key])],
  data: { [key]: null },
});
