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
import { fragmentsOf } from '../../executor/collect.ts';
import type { PreparedOperation } from '../../executor/prepared-operation.ts';
import type { Price } from '../budget/payment.ts';
import { chargeOf, type Prices, pricesOf } from './prices.ts';

/**
 * The limits of one operation (SPEC G7). A field costs 1; the fields below a connection cost 1 for
 * each row of the requested page.
 */
export const COST = { depth: 20, breadth: 400, cost: 10_000 } as const;

/**
 * The result of analyzing an operation: its cost for all variables, null if it exceeds a limit; or
 * the document to analyze with each request's variables.
 */
type Analyzed = number | null | DocumentNode;

/** Key: the operation's node, which belongs to one cached document. There is one schema. */
const analyzed = new WeakMap<OperationDefinitionNode, Analyzed>();

/**
 * What an operation costs at most: with every page full, and no field skipped or refused. Null if
 * it exceeds a limit, for which {@link limitErrors} has the reason, and if its variables are
 * invalid. An operation is analyzed once, or for each request if its cost depends on variables,
 * such as the size of a page.
 */
export function costOf(operation: PreparedOperation, contextValue: unknown): number | null {
  if (operation.cost === undefined) {
    const result = analyzeComplexity(operation, contextValue);
    operation.cost =
      typeof result === 'object' && result ? costWithin(result, operation, contextValue) : operation.variables.errors ? null : result;
  }
  return operation.cost;
}

function analyzeComplexity({ schema, document, operation }: PreparedOperation, contextValue: unknown): Analyzed {
  const cached = analyzed.get(operation);
  if (cached !== undefined) return cached;
  const result = isVarying(schema, document)
    ? documentOf(document, operation)
    : costWithin(documentOf(document, { ...operation, variableDefinitions: [] }), { schema, variableValues: {} }, contextValue);
  analyzed.set(operation, result);
  return result;
}

/** A document with one operation. */
const documentOf = ({ definitions }: DocumentNode, operation: OperationDefinitionNode): DocumentNode => ({
  kind: Kind.DOCUMENT,
  definitions: [operation, ...definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)],
});

/** Key: the operation's node; the request's operation if the prices depend on its variables. */
const priced = new WeakMap<OperationDefinitionNode | PreparedOperation, Prices>();

/** What the parts of an operation cost that {@link costOf} has found to be within the limits. */
export function pricesFor(operation: PreparedOperation): Prices {
  const key = typeof analyzed.get(operation.operation) === 'object' ? operation : operation.operation;
  const cached = priced.get(key);
  if (cached) return cached;
  const { schema, document } = operation;
  const prices = pricesOf({
    ...{ schema, operation: operation.operation },
    fragments: fragmentsOf(document),
    variables: operation.variables.coerced ?? {},
  });
  priced.set(key, prices);
  return prices;
}

/** The price of an operation; null where it has no {@link costOf}. */
export function priceOf(operation: PreparedOperation, contextValue: unknown): Price | null {
  const cost = costOf(operation, contextValue);
  return cost === null ? null : { cost, chargeOf: tally => chargeOf(pricesFor(operation), tally) };
}

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

function costWithin(document: DocumentNode, { schema, variableValues }: OperationInput, contextValue: unknown): number | null {
  try {
    const { depth, breadth, complexity } = complexityFromQuery(document, {
      schema,
      ctx: contextValue as object,
      variables: variableValues ?? {},
    });
    return depth <= COST.depth && breadth <= COST.breadth && complexity <= COST.cost ? complexity : null;
  } catch {
    return null; // A variable or a global id is invalid.
  }
}

/** The depth, the breadth and the cost of a document whose cost depends on no variable. */
export const highestUse = (schema: GraphQLSchema, document: DocumentNode, contextValue: unknown) =>
  complexityFromQuery(document, { schema, ctx: contextValue as object, variables: {} });

/** The errors of an operation that exceeds the limits: one for each of them. */
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
