import { complexityFromQuery, createComplexityRule } from '@pothos/plugin-complexity';
import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { PreparedOperation } from '../../executor/prepared-operation.ts';

/**
 * How much one operation may ask for (SPEC G7). Costs count a field as 1, and a connection's fields
 * once for each row of a page.
 */
export const COST = { depth: 20, breadth: 400, cost: 10_000 } as const;

/**
 * The result of analyzing an operation: whether it is within the limits for all variables, or the
 * document to analyze with each request's variables.
 */
type Analyzed = boolean | DocumentNode;

const analyzed = new WeakMap<OperationDefinitionNode, Analyzed>();

/**
 * Whether an operation is within the limits. False also for variables that don't fit; {@link
 * limitErrors} has the reason. An operation is analyzed once, or for each request if the size of a
 * page or of a list is among its variables.
 */
export function isWithinLimits(operation: PreparedOperation, contextValue: unknown): boolean {
  if (operation.isWithinLimits === undefined) {
    const known = analyzeComplexity(operation, contextValue);
    operation.isWithinLimits = typeof known === 'boolean' ? known && !operation.variables.errors : isWithin(known, operation, contextValue);
  }
  return operation.isWithinLimits;
}

function analyzeComplexity({ schema, document, operation }: PreparedOperation, contextValue: unknown): Analyzed {
  const known = analyzed.get(operation);
  if (known !== undefined) return known;
  const alone = (chosen: OperationDefinitionNode): DocumentNode => ({
    kind: Kind.DOCUMENT,
    definitions: [chosen, ...document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)],
  });
  const fresh = isVarying(schema, document)
    ? alone(operation)
    : isWithin(alone({ ...operation, variableDefinitions: [] }), { schema, variableValues: {} }, contextValue);
  analyzed.set(operation, fresh);
  return fresh;
}

/** Whether a variable stands among the arguments of a field that costs by its arguments. */
function isVarying(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let varies = false;
  const fields = visitWithTypeInfo(types, {
    Field: node => {
      if (typeof types.getFieldDef()?.extensions.complexity === 'function')
        for (const { value } of node.arguments ?? [])
          visit(value, {
            Variable: () => {
              varies = true;
            },
          });
    },
  });
  visit(document, fields);
  return varies;
}

type Weighable = Pick<PreparedOperation, 'schema' | 'variableValues'>;

function isWithin(alone: DocumentNode, { schema, variableValues }: Weighable, contextValue: unknown): boolean {
  try {
    const { depth, breadth, complexity } = complexityFromQuery(alone, {
      schema,
      ctx: contextValue as object,
      variables: variableValues ?? {},
    });
    return depth <= COST.depth && breadth <= COST.breadth && complexity <= COST.cost;
  } catch {
    return false; // a variable doesn't fit, or an id isn't ours
  }
}

/** Why an operation that isn't cheap may not run. */
export function limitErrors({ schema, document, operationName, variableValues, contextValue }: ExecutionArgs): readonly GraphQLError[] {
  const rule = createComplexityRule({
    context: contextValue as object,
    variableValues: variableValues ?? {},
    operationName: operationName ?? null,
    validate: ({ complexity, depth, breadth }, report) => {
      for (const [what, actual, limit] of [
        ['depth', depth, COST.depth],
        ['breadth', breadth, COST.breadth],
        ['cost', complexity, COST.cost],
      ] as const)
        if (actual > limit) report(tooExpensive(what, actual, limit));
    },
  });
  return validate(schema, document, [rule]);
}

/** The error of what asks for too much of something. */
export const tooExpensive = (what: string, actual: number, limit: number): GraphQLError =>
  new GraphQLError(`The operation's ${what} is ${actual}; at most ${limit} is allowed.`, {
    extensions: { code: 'QUERY_TOO_EXPENSIVE', what, limit, actual },
  });
