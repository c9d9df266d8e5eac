import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Context } from '../graphql/core/context.ts';
import { type Changed, change } from './blind-write.ts';
import { compile, compileChange, type Reason, Uncompiled } from './compile.ts';
import { Unusual } from './leaf.ts';
import type { Question } from './prepared-operation.ts';
import { responseOf, written } from './response-writer.ts';

/** How often operations were answered by a plan, or left to GraphQL.js, and why. */
export type ExecutionCounts = Readonly<Record<'compiled' | 'failed' | Reason, number>>;

export type Compiled = {
  /** The JSON of the response, or null for what GraphQL.js is to execute: nothing of it has been changed. */
  answer(question: Question, context: Context): Promise<string | null>;
  /** Runs a mutation that looks at nothing, reading its payload in its transaction; null for what GraphQL.js is to execute: nothing was changed. */
  change(question: Question, context: Context): Promise<Changed | null>;
  counts(): ExecutionCounts;
};

type Unplanned = { readonly reason: Reason };
type Planned<Plan> = { readonly plan: Plan };
type Ready<Plan> = Planned<Plan> & { readonly variables: Readonly<Record<string, unknown>> };
type Compile<Plan> = (schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) => Plan;

/** Answers the operations of a schema by plans, each made once for as long as its document is kept (docs/decisions/0017-compiled-queries.md). */
export function createCompiled(schema: GraphQLSchema, isOn = true): Compiled {
  const queries = planner(schema, compile);
  const changes = planner(schema, compileChange);
  const counts = { compiled: 0, failed: 0, operation: 0, directive: 0, abstract: 0, argument: 0, resolver: 0, rows: 0, value: 0 };

  return {
    counts: () => ({ ...counts }),
    answer: async (question, context) => {
      if (!isOn) return null;
      const found = queries(question);
      if ('reason' in found) {
        counts[found.reason] += 1;
        return null;
      }
      try {
        const text = responseOf(await written(found.plan, { context, variables: found.variables }));
        counts.compiled += 1;
        return text;
      } catch (error) {
        counts[reasonOf(error)] += 1;
        return null;
      }
    },
    change: async (question, context) => {
      const found = isOn && changes(question);
      if (!found || 'reason' in found) return null; // counted when it is asked in the usual way
      const changed = await change(found.plan, { context, variables: found.variables });
      if (changed?.text) counts.compiled += 1;
      if (changed?.unread) counts[reasonOf(changed.unread)] += 1;
      return changed;
    },
  };
}

const reasonOf = (error: unknown) => (error instanceof Uncompiled ? error.reason : error instanceof Unusual ? 'value' : 'failed');

/** Plans, by operation, with what they are asked. */
function planner<Plan>(schema: GraphQLSchema, compile: Compile<Plan>): (question: Question) => Ready<Plan> | Unplanned {
  const plans = new WeakMap<OperationDefinitionNode, Planned<Plan> | Unplanned>();

  function plan({ document, operation }: Question): Planned<Plan> | Unplanned {
    const fresh = reasoned(() => ({ plan: compile(schema, document, operation) }));
    plans.set(operation, fresh);
    return fresh;
  }

  return question => {
    const planned = plans.get(question.operation) ?? plan(question);
    if ('reason' in planned) return planned;
    const { coerced } = question.variables;
    return coerced ? { plan: planned.plan, variables: coerced } : { reason: 'value' };
  };
}

function reasoned<Plan>(plan: () => Planned<Plan>): Planned<Plan> | Unplanned {
  try {
    return plan();
  } catch (error) {
    if (error instanceof Uncompiled) return { reason: error.reason };
    throw error;
  }
}
