import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { UnconfirmedContext } from '../graphql/core/context.ts';
import { compile, type Reason, UnsupportedDocument } from './compile.ts';
import { UnsupportedValue } from './leaf.ts';
import type { PreparedOperation } from './prepared-operation.ts';
import { serializeResponse, writeObject } from './response-writer.ts';

/** How often operations were answered by a plan, or left to GraphQL.js, and why. */
export type ExecutionCounts = Readonly<Record<'compiled' | 'failed' | Reason, number>>;

export type Executor = {
  /**
   * The JSON of the response, or null for what GraphQL.js is to execute: nothing of it has been
   * changed.
   */
  answer(operation: PreparedOperation, context: UnconfirmedContext): Promise<string | null>;
  counts(): ExecutionCounts;
};

type Unplanned = { readonly reason: Reason };
type Planned<Plan> = { readonly plan: Plan };
type Ready<Plan> = Planned<Plan> & { readonly variables: Readonly<Record<string, unknown>> };
type Compile<Plan> = (schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) => Plan;

/**
 * Answers the operations of a schema by plans, each made once for as long as its document is kept
 * (docs/decisions/0017-compiled-queries.md).
 */
export function createExecutor(schema: GraphQLSchema, isOn = true): Executor {
  const queries = planner(schema, compile);
  const counts = { compiled: 0, failed: 0, operation: 0, directive: 0, abstract: 0, argument: 0, resolver: 0, rows: 0, value: 0 };

  return {
    counts: () => ({ ...counts }),
    answer: async (operation, context) => {
      if (!isOn) return null;
      const found = queries(operation);
      if ('reason' in found) {
        counts[found.reason] += 1;
        return null;
      }
      try {
        const text = serializeResponse(await writeObject(found.plan, { context, variables: found.variables }));
        counts.compiled += 1;
        return text;
      } catch (error) {
        counts[reasonOf(error)] += 1;
        return null;
      }
    },
  };
}

const reasonOf = (error: unknown) =>
  error instanceof UnsupportedDocument ? error.reason : error instanceof UnsupportedValue ? 'value' : 'failed';

/** Plans, by operation, with what they are asked. */
function planner<Plan>(schema: GraphQLSchema, compile: Compile<Plan>): (operation: PreparedOperation) => Ready<Plan> | Unplanned {
  const plans = new WeakMap<OperationDefinitionNode, Planned<Plan> | Unplanned>();

  function plan({ document, operation }: PreparedOperation): Planned<Plan> | Unplanned {
    const fresh = reasoned(() => ({ plan: compile(schema, document, operation) }));
    plans.set(operation, fresh);
    return fresh;
  }

  return operation => {
    const planned = plans.get(operation.operation) ?? plan(operation);
    if ('reason' in planned) return planned;
    const { coerced } = operation.variables;
    return coerced ? { plan: planned.plan, variables: coerced } : { reason: 'value' };
  };
}

function reasoned<Plan>(plan: () => Planned<Plan>): Planned<Plan> | Unplanned {
  try {
    return plan();
  } catch (error) {
    if (error instanceof UnsupportedDocument) return { reason: error.reason };
    throw error;
  }
}
