import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { Grant } from '../access/grant.ts';
import { isAllowed, UNREAD_ROW } from '../access/is-allowed.ts';
import { failedCommand, mappedArgs } from './command.ts';
import { compile } from './compile.ts';
import type { Execution, ExecutionContext, ExecutionNotes } from './execution.ts';
import { jsonPlanOf } from './json-plan.ts';
import type { PreparedOperation } from './prepared-operation.ts';
import { type CommandPlan, type ObjectPlan, type OperationPlan, objectOf } from './query-plan.ts';
import { serializeResponse, writeObject } from './response-writer.ts';
import type { Tally } from './tally.ts';
import { REASONS, type Reason, Unsupported } from './unsupported.ts';

/** How many operations were answered, left to GraphQL.js by design, or failed unexpectedly. */
export type ExecutionCounts = Readonly<Record<'answered' | 'unexpected' | Reason, number>>;

/** The JSON of a response; or a result whose errors aren't public yet; or null for GraphQL.js. */
export type Answer = string | ExecutionResult | null;

export type Executor = {
  /**
   * Answers an operation. Null: nothing has been changed, and GraphQL.js is to execute it. Throws
   * what is final.
   *
   * @param tally is complete if the answer is a text.
   */
  answer(operation: PreparedOperation, context: ExecutionContext, tally?: Tally, notes?: ExecutionNotes): Promise<Answer>;
  counts(): ExecutionCounts;
};

export type ExecutorOptions = {
  /** False leaves all operations to GraphQL.js. */
  readonly isOn?: boolean;
  /** Whether a field may throw this error by design. GraphQL.js reports it then. */
  readonly isExpected?: (error: unknown) => boolean;
  /** Whether GraphQL.js would only repeat a long wait: the error is thrown. */
  readonly isFinal?: (error: unknown) => boolean;
  /** Called with an error that nobody foresaw: a bug, though GraphQL.js still answers. */
  readonly onUnexpected?: (error: unknown) => void;
};

/** Answers operations by compiled query plans (docs/decisions/0017-compiled-queries.md). */
export function createExecutor(
  schema: GraphQLSchema,
  { isOn = true, isExpected = () => false, isFinal = () => false, onUnexpected = () => {} }: ExecutorOptions = {},
): Executor {
  const planOf = planCache(schema);
  const counts = Object.fromEntries(['answered', 'unexpected', ...REASONS].map(name => [name, 0])) as Record<keyof ExecutionCounts, number>;

  function reasonFor(error: unknown, { work }: ExecutionContext): Reason | 'unexpected' {
    if (error instanceof Unsupported) return error.reason;
    if (isExpected(error)) return 'error';
    // Not known to be true, so not known to be a bug: the request runs again in a confirmed
    // context.
    return work.isConfirmed?.() === false ? 'stale' : 'unexpected';
  }

  function fallBack(error: unknown, context: ExecutionContext): null {
    const reason = reasonFor(error, context);
    counts[reason] += 1;
    if (reason === 'unexpected') onUnexpected(error);
    return null;
  }

  function executionOf(
    { variables: { coerced: variables } }: PreparedOperation,
    context: ExecutionContext,
    tally?: Tally,
    notes?: ExecutionNotes,
  ): Execution {
    if (!variables) throw new Unsupported('variables');
    return { context, variables, tally, notes };
  }

  /**
   * A command runs once: what can't be written of its payload, GraphQL.js reads with its outcome.
   */
  async function answerCommand(
    operation: PreparedOperation,
    { field, run, argMappers }: CommandPlan,
    execution: Execution,
  ): Promise<Answer> {
    const { key, shape } = field;
    const payload = objectOf(shape)!;
    checkShapes(payload, execution.context.grant);
    const args = await mappedArgs(argMappers, field.args(execution.variables), execution.context);
    const outcome = await run(args, execution.context as never, key);
    if (!outcome) throw new Unsupported('stale');
    if ('error' in outcome) return failedCommand(field, outcome.error);
    try {
      const { data, errors } = await writeObject(payload, outcome.payload, execution, [key]);
      return serializeResponse({ data: `{"${key}":${data}}`, errors });
    } catch (error) {
      fallBack(error, execution.context);
      return await execute({ ...operation, contextValue: execution.context });
    }
  }

  return {
    counts: () => ({ ...counts }),
    answer: async (operation, context, tally, notes) => {
      if (!isOn) return null;
      try {
        const plan = planOf(operation);
        const execution = executionOf(operation, context, tally, notes);
        let answered: Answer;
        if (plan.kind === 'command') answered = await answerCommand(operation, plan.command, execution);
        else {
          checkShapes(plan.root, context.grant);
          answered = serializeResponse(await writeObject(plan.root, undefined, execution));
        }
        counts.answered += 1;
        return answered;
      } catch (error) {
        if (isFinal(error)) throw error;
        return fallBack(error, context);
      }
    },
  };
}

/** @throws {Unsupported} before anything runs, if PostgreSQL can't write one of the fields. */
function checkShapes({ fields }: ObjectPlan, grant: Grant): void {
  for (const field of fields) if (field.read && isAllowed(field.access, grant, UNREAD_ROW)) jsonPlanOf(field, grant);
}

type Compiled = { readonly plan: OperationPlan } | { readonly unsupported: Unsupported };

/** Compiles each operation once, for as long as its document is cached. */
function planCache(schema: GraphQLSchema): (operation: PreparedOperation) => OperationPlan {
  const plans = new WeakMap<OperationDefinitionNode, Compiled>();
  return ({ document, operation }) => {
    let compiled = plans.get(operation);
    if (!compiled) {
      compiled = compiledFrom(schema, document, operation);
      plans.set(operation, compiled);
    }
    if ('unsupported' in compiled) throw compiled.unsupported;
    return compiled.plan;
  };
}

function compiledFrom(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Compiled {
  try {
    return { plan: compile(schema, document, operation) };
  } catch (error) {
    if (error instanceof Unsupported) return { unsupported: error };
    throw error;
  }
}
