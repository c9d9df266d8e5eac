import {
  type DocumentNode,
  type GraphQLSchema,
  getNullableType,
  isListType,
  Kind,
  type ListValueNode,
  TypeInfo,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { requiredPermissions } from '../../executor/forecast.ts';
import { PreparedOperation } from '../../executor/prepared-operation.ts';
import type { Examination, Examine } from '../../graphql/core/context.ts';
import type { Cost } from '../../graphql/core/cost.ts';
import { COST, highestUse, tooExpensive } from './complexity.ts';
import { failure, validDocument } from './valid-document.ts';
import type { Yoga } from './yoga.ts';

/** What was found out of a document. Key: the document, on which alone it depends. */
const examined = new WeakMap<DocumentNode, Examination>();

/**
 * Makes the function that examines a document before it is registered (SPEC G9): which permissions
 * it needs, and what it costs at most, for any variables.
 *
 * @throws {GatewayError} with the code that its execution would be refused with.
 */
export const createExamine =
  (schema: GraphQLSchema, yoga: Yoga): Examine =>
  async (text, contextValue) => {
    const document = await validDocument(schema, yoga, { text }, contextValue);
    const cached = examined.get(document);
    if (cached) return cached;
    const operation = PreparedOperation.of(schema, { document: withoutConditions(document) })!;
    const { depth, breadth, complexity } = highestUse(schema, withoutVariables(schema, operation.document), contextValue);
    for (const [what, actual] of [
      ['depth', depth],
      ['breadth', breadth],
    ] as const)
      if (actual > COST[what]) throw failure([tooExpensive(what, actual, COST[what])], contextValue);
    const examination = { cost: complexity, permissions: requiredPermissions(operation) };
    examined.set(document, examination);
    return examination;
  };

/** Without `@skip` and `@include`, whose fields count as well. */
const withoutConditions = (document: DocumentNode): DocumentNode =>
  visit(document, { Directive: ({ name }) => (['skip', 'include'].includes(name.value) ? null : undefined) });

/** The largest size of a page or a list: no field counts those below it more often. */
const LARGEST = 100;
const SIZE: ValueNode = { kind: Kind.INT, value: String(LARGEST) };
const ITEM: ValueNode = { kind: Kind.STRING, value: 'x' };

/**
 * Puts the largest page or list in the place of each variable that a size depends on. Other
 * variables stay: no cost depends on them.
 */
function withoutVariables(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const types = new TypeInfo(schema);
  const largest = (name: string, { kind, ...value }: ValueNode): ValueNode => {
    if (kind === Kind.LIST) return { kind, values: (value as ListValueNode).values.map(() => ITEM) };
    const type = types.getFieldDef()!.args.find(argument => argument.name === name)!.type;
    return isListType(getNullableType(type)) ? { kind: Kind.LIST, values: Array.from({ length: LARGEST }, () => ITEM) } : SIZE;
  };
  const fields = visitWithTypeInfo(types, {
    OperationDefinition: node => ({ ...node, variableDefinitions: [] }),
    Field: node => {
      const { complexity } = types.getFieldDef()?.extensions ?? {};
      if (typeof complexity !== 'function') return undefined;
      const { slicingArguments = [] } = (complexity as unknown as { cost: Cost }).cost.listSize ?? {};
      const given = node.arguments?.flatMap(argument => {
        if (!hasVariable(argument.value)) return [argument];
        return slicingArguments.includes(argument.name.value) ? [{ ...argument, value: largest(argument.name.value, argument.value) }] : [];
      });
      return { ...node, arguments: given };
    },
  });
  return visit(document, fields);
}

function hasVariable(value: ValueNode): boolean {
  let found = false;
  visit(value, {
    Variable: () => {
      found = true;
    },
  });
  return found;
}
