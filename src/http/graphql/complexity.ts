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
 * The limits of one operation (SPEC G7). A field costs 1; the fields below a connection cost 1 for
 * each row of the requested page.
 */
export const COST = { depth: 20, breadth: 400, cost: 10_000 } as const;

/**
 * The result of analyzing an operation: whether it is within the limits for all variables, or the
 * document to analyze with each request's variables.
 */
type Analyzed = boolean | DocumentNode;

/** Key: the operation's node, which belongs to one cached document. There is one schema. */
const analyzed = new WeakMap<OperationDefinitionNode, Analyzed>();

/**
 * Whether an operation is within the limits. Also false if its variables are invalid; {@link
 * limitErrors} has the reason. An operation is analyzed once, or for each request if its cost
 * depends on variables, such as the size of a page.
 */
export function isWithinLimits(operation: PreparedOperation, contextValue: unknown): boolean {
  if (operation.isWithinLimits === undefined) {
    const result = analyzeComplexity(operation, contextValue);
    operation.isWithinLimits =
      typeof result === 'boolean' ? result && !operation.variables.errors : isWithin(result, operation, contextValue);
  }
  return operation.isWithinLimits;
}

function analyzeComplexity({ schema, document, operation }: PreparedOperation, contextValue: unknown): Analyzed {
  const cached = analyzed.get(operation);
  if (cached !== undefined) return cached;
  const result = isVarying(schema, document)
    ? documentOf(document, operation)
    : isWithin(documentOf(document, { ...operation, variableDefinitions: [] }), { schema, variableValues: {} }, contextValue);
  analyzed.set(operation, result);
  return result;
}

/** A document with one operation. */
const documentOf = ({ definitions }: DocumentNode, operation: OperationDefinitionNode): DocumentNode => ({
  kind: Kind.DOCUMENT,
  definitions: [operation, ...definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)],
});

/** Whether a variable is used in the arguments of a field whose cost depends on its arguments. */
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

type OperationInput = Pick<PreparedOperation, 'schema' | 'variableValues'>;

const complexityOf = (document: DocumentNode, { schema, variableValues }: OperationInput, contextValue: unknown) =>
  complexityFromQuery(document, { schema, ctx: contextValue as object, variables: variableValues ?? {} });

/** The cost of an operation at most: with every page full, and no field skipped. */
export const costOf = (operation: PreparedOperation, contextValue: unknown): number =>
  complexityOf(documentOf(operation.document, operation.operation), operation, contextValue).complexity;

function isWithin(document: DocumentNode, input: OperationInput, contextValue: unknown): boolean {
  try {
    const { depth, breadth, complexity } = complexityOf(document, input, contextValue);
    return depth <= COST.depth && breadth <= COST.breadth && complexity <= COST.cost;
  } catch {
    return false; // A variable or a global id is invalid.
  }
}

/** The errors of an operation that {@link isWithinLimits} rejects: one for each exceeded limit. */
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

/** The error for an exceeded limit. */
export const tooExpensive = (what: string, actual: number, limit: number): GraphQLError =>
  new GraphQLError(`The operation's ${what} is ${actual}; at most ${limit} is allowed.`, {
    extensions: { code: 'QUERY_TOO_EXPENSIVE', what, limit, actual },
  });
