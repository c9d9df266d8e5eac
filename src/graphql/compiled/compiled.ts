import { type DocumentNode, type GraphQLSchema, getOperationAST, getVariableValues, type OperationDefinitionNode } from 'graphql';
import type { Context } from '../context.ts';
import { answer } from './answer.ts';
import { compile, type Reason, Uncompiled } from './compile.ts';
import { Unusual } from './leaf.ts';
import type { ObjectPlan } from './plan.ts';

/** How often queries were answered by a plan, or left to GraphQL.js, and why. */
export type ExecutionCounts = Readonly<Record<'compiled' | 'failed' | Reason, number>>;

/** What a request asks to be executed. */
export type Asked = {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
  readonly contextValue: Context;
};

export type Compiled = {
  /** The JSON of the response, or null for what GraphQL.js is to execute: nothing of it has been changed. */
  answer(asked: Asked): Promise<string | null>;
  counts(): ExecutionCounts;
};

type Known = { readonly plan: ObjectPlan; readonly operation: OperationDefinitionNode } | { readonly reason: Reason };

/** Answers the queries of a schema by plans, each made once for as long as its document is kept (docs/decisions/0017-compiled-queries.md). */
export function createCompiled(schema: GraphQLSchema, isOn = true): Compiled {
  const plans = new WeakMap<object, Known>();
  const counts = { compiled: 0, failed: 0, operation: 0, directive: 0, abstract: 0, argument: 0, resolver: 0, rows: 0, value: 0 };

  function known({ document, operationName }: Asked): Known {
    const operation = getOperationAST(document, operationName);
    if (!operation) return { reason: 'operation' };
    const before = plans.get(operation);
    if (before) return before;
    const fresh = reasoned(() => ({ plan: compile(schema, document, operation), operation }));
    plans.set(operation, fresh);
    return fresh;
  }

  function variablesOf(
    { variableDefinitions = [] }: OperationDefinitionNode,
    variableValues: Asked['variableValues'],
  ): Readonly<Record<string, unknown>> {
    if (!variableDefinitions.length) return {};
    const { coerced } = getVariableValues(schema, variableDefinitions, variableValues ?? {});
    if (!coerced) throw new Unusual();
    return coerced;
  }

  return {
    counts: () => ({ ...counts }),
    answer: async asked => {
      if (!isOn) return null;
      const found = known(asked);
      if ('reason' in found) {
        counts[found.reason] += 1;
        return null;
      }
      try {
        const variables = variablesOf(found.operation, asked.variableValues);
        const text = await answer(found.plan, { context: asked.contextValue, variables });
        counts.compiled += 1;
        return text;
      } catch (error) {
        counts[error instanceof Uncompiled ? error.reason : error instanceof Unusual ? 'value' : 'failed'] += 1;
        return null;
      }
    },
  };
}

function reasoned(plan: () => Known): Known {
  try {
    return plan();
  } catch (error) {
    if (error instanceof Uncompiled) return { reason: error.reason };
    throw error;
  }
}
