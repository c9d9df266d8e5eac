import { type DocumentNode, type GraphQLSchema, getOperationAST, getVariableValues, type OperationDefinitionNode } from 'graphql';
import type { Context } from '../context.ts';
import { answer } from './answer.ts';
import { compile, type Reason, Uncompiled } from './compile.ts';
import { Unusual } from './leaf.ts';
import type { ObjectPlan } from './plan.ts';

/** How often queries were answered by a plan, or left to GraphQL.js, and why. */
export type ExecutionCounts = Readonly<Record<'compiled' | 'failed' | Reason, number>>;

/** What is asked to be executed, whoever asks. The same object, asked again, isn't looked at again. */
export type Question = {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
};

export type Compiled = {
  /** The JSON of the response, or null for what GraphQL.js is to execute: nothing of it has been changed. */
  answer(question: Question, context: Context): Promise<string | null>;
  counts(): ExecutionCounts;
};

type Unplanned = { readonly reason: Reason };
type Planned = { readonly plan: ObjectPlan; readonly operation: OperationDefinitionNode };
type Ready = { readonly plan: ObjectPlan; readonly variables: Readonly<Record<string, unknown>> };

const NO_VARIABLES = Object.freeze({});

/** Answers the queries of a schema by plans, each made once for as long as its document is kept (docs/decisions/0017-compiled-queries.md). */
export function createCompiled(schema: GraphQLSchema, isOn = true): Compiled {
  const plans = new WeakMap<OperationDefinitionNode, Planned | Unplanned>();
  const questions = new WeakMap<Question, Ready | Unplanned>();
  const counts = { compiled: 0, failed: 0, operation: 0, directive: 0, abstract: 0, argument: 0, resolver: 0, rows: 0, value: 0 };

  function planOf({ document, operationName }: Question): Planned | Unplanned {
    const operation = getOperationAST(document, operationName);
    if (!operation) return { reason: 'operation' };
    const before = plans.get(operation);
    if (before) return before;
    const fresh = reasoned(() => ({ plan: compile(schema, document, operation), operation }));
    plans.set(operation, fresh);
    return fresh;
  }

  function ready(question: Question): Ready | Unplanned {
    const planned = planOf(question);
    if ('reason' in planned) return planned;
    const { plan, operation } = planned;
    const variables = variablesOf(operation, question.variableValues);
    return variables ? { plan, variables } : { reason: 'value' };
  }

  function known(question: Question): Ready | Unplanned {
    const before = questions.get(question);
    if (before) return before;
    const fresh = ready(question);
    questions.set(question, fresh);
    return fresh;
  }

  function variablesOf({ variableDefinitions = [] }: OperationDefinitionNode, variableValues: Question['variableValues']) {
    return variableDefinitions.length ? getVariableValues(schema, variableDefinitions, variableValues ?? {}).coerced : NO_VARIABLES;
  }

  return {
    counts: () => ({ ...counts }),
    answer: async (question, context) => {
      if (!isOn) return null;
      const found = known(question);
      if ('reason' in found) {
        counts[found.reason] += 1;
        return null;
      }
      try {
        const text = await answer(found.plan, { context, variables: found.variables });
        counts.compiled += 1;
        return text;
      } catch (error) {
        counts[error instanceof Uncompiled ? error.reason : error instanceof Unusual ? 'value' : 'failed'] += 1;
        return null;
      }
    },
  };
}

function reasoned(plan: () => Planned): Planned | Unplanned {
  try {
    return plan();
  } catch (error) {
    if (error instanceof Uncompiled) return { reason: error.reason };
    throw error;
  }
}
