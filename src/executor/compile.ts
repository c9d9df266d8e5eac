import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLInputType,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { PUBLIC_ACCESS } from '../access/is-allowed.ts';
import { accessOf } from '../access/policy-plugin.ts';
import type { PrismaRead } from '../graphql/core/prisma-read.ts';
import { argsOf, hasVariable } from './arguments.ts';
import { leafOf } from './leaf.ts';
import type { FieldPlan, ObjectPlan, Resolve, Shape } from './query-plan.ts';

/** Why a document is GraphQL.js's to execute. */
export type Reason = 'operation' | 'directive' | 'abstract' | 'argument' | 'resolver' | 'rows' | 'value';

/** A document that this folder does not cover. */
export class UnsupportedDocument extends Error {
  override name = 'Uncompiled';

  constructor(readonly reason: Reason) {
    super(`not compiled: ${reason}`);
  }
}

type Field = GraphQLField<unknown, unknown>;
type Config = { readonly resolve?: Resolve; readonly argMappers: readonly unknown[] };
type Compiling = {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The types whose fields may read. */
  readonly reading: readonly GraphQLObjectType[];
};

/**
 * The plan of a query: what each of its fields needs, resolves and is written as, worked out once
 * for a document.
 *
 * @throws {Uncompiled} for what GraphQL.js is left to execute.
 */
export function compile(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): ObjectPlan {
  if (operation.operation !== 'query' || operation.directives?.length) throw new UnsupportedDocument('operation');
  const root = schema.getQueryType()!;
  return objectPlan({ schema, fragments: fragmentsOf(document), reading: [root] }, root, [operation.selectionSet]);
}

const fragmentsOf = ({ definitions }: DocumentNode): Compiling['fragments'] =>
  new Map(definitions.filter(definition => definition.kind === Kind.FRAGMENT_DEFINITION).map(fragment => [fragment.name.value, fragment]));

function objectPlan(compiling: Compiling, type: GraphQLObjectType, selections: readonly SelectionSetNode[]): ObjectPlan {
  const found = new Map<string, FieldNode[]>();
  for (const selection of selections) collect(compiling, type, selection, found);
  const fields = [...found].map(([key, nodes]) => fieldPlan(compiling, type, key, nodes));
  return { type, fields };
}

/**
 * The fields of a selection, those of one key together, in the order in which GraphQL.js answers
 * them.
 */
function collect(compiling: Compiling, type: GraphQLObjectType, { selections }: SelectionSetNode, found: Map<string, FieldNode[]>): void {
  for (const selection of selections) {
    if (selection.directives?.length) throw new UnsupportedDocument('directive');
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const same = found.get(key);
      if (same) same.push(selection);
      else found.set(key, [selection]);
      continue;
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? compiling.fragments.get(selection.name.value)! : selection;
    const on = fragment.typeCondition && compiling.schema.getType(fragment.typeCondition.name.value);
    if (on && on !== type) throw new UnsupportedDocument('abstract');
    if (fragment.directives?.length) throw new UnsupportedDocument('directive');
    collect(compiling, type, fragment.selectionSet, found);
  }
}

function fieldPlan(compiling: Compiling, parent: GraphQLObjectType, key: string, nodes: readonly FieldNode[]): FieldPlan {
  const name = nodes[0]!.name.value;
  if (name === '__typename') return typenamePlan(parent, key, nodes);
  const field = parent.getFields()[name] as Field | undefined;
  if (!field) throw new UnsupportedDocument('abstract'); // introspection
  const { resolve, read } = resolverOf(compiling, field, parent);
  const shape = shapeOf(compiling, field.type, nodes);
  if (field.args.some(({ type }) => hasId(type))) throw new UnsupportedDocument('argument');
  return {
    key,
    nodes,
    field,
    access: accessOf(field),
    isNullable: !isNonNullType(field.type),
    args: argsOf(field, nodes[0]!),
    hasVariables: hasVariable(nodes[0]!) || fieldsOf(shape).some(inner => inner.hasVariables),
    resolve,
    read,
    shape,
  };
}

const typenamePlan = ({ name }: GraphQLObjectType, key: string, nodes: readonly FieldNode[]): FieldPlan => ({
  ...{ key, nodes, field: { extensions: {} } as Field, access: PUBLIC_ACCESS, isNullable: false, read: null },
  args: () => ({}),
  hasVariables: false,
  resolve: () => name,
  shape: { kind: 'leaf', write: () => `"${name}"` },
});

function shapeOf(compiling: Compiling, type: GraphQLOutputType, nodes: readonly FieldNode[]): Shape {
  const bare = getNullableType(type);
  if (isListType(bare)) return { kind: 'list', of: shapeOf(compiling, bare.ofType, nodes), isNullable: !isNonNullType(bare.ofType) };
  if (isLeafType(bare)) return { kind: 'leaf', write: leafOf(bare) };
  if (!isObjectType(bare)) throw new UnsupportedDocument('abstract');
  const selections = nodes.map(({ selectionSet }) => selectionSet!);
  return { kind: 'object', object: objectPlan(compiling, bare, selections) };
}

const fieldsOf = (shape: Shape): readonly FieldPlan[] =>
  shape.kind === 'list' ? fieldsOf(shape.of) : shape.kind === 'object' ? shape.object.fields : [];

/** Whether a type's rows are Prisma's, who reads of them what is asked for. */
const isOfRows = (type: unknown): boolean => type instanceof GraphQLObjectType && Boolean(type.extensions.pothosPrismaModel);

/**
 * What a field resolves by itself. One that looks at the document, or reads rows in a way of its
 * own, is not for us.
 */
function resolverOf({ reading }: Compiling, { type, extensions }: Field, parent: GraphQLObjectType): Pick<FieldPlan, 'resolve' | 'read'> {
  const { resolve, argMappers } = (extensions.pothosConfig ?? {}) as Partial<Config>;
  if (!argMappers || argMappers.length || extensions.pothosPrismaFallback) throw new UnsupportedDocument('resolver');
  const read = extensions.prismaRead as PrismaRead | undefined;
  if (read) {
    if (!reading.includes(parent)) throw new UnsupportedDocument('rows');
    return { read, resolve: () => null };
  }
  const isLed = Boolean(extensions.pothosPrismaRelationField) || /(Connection|Edge)$/.test(parent.name);
  if (isOfRows(getNamedType(type)) && !isLed) throw new UnsupportedDocument('rows');
  const exposed = extensions.pothosExposedField;
  if (typeof exposed === 'string') return { read: null, resolve: row => (row as Readonly<Record<string, unknown>>)[exposed] };
  if (!resolve || (resolve.length > 3 && !extensions.pothosPrismaRelationField)) throw new UnsupportedDocument('resolver');
  return { read: null, resolve };
}

/** Whether an id may stand in an argument: Pothos decodes them. */
function hasId(type: GraphQLInputType, seen = new Set<unknown>()): boolean {
  const named = getNamedType(type);
  if (seen.has(named)) return false;
  seen.add(named);
  if (isInputObjectType(named)) return Object.values(named.getFields()).some(inner => hasId(inner.type, seen));
  return named.name === 'ID';
}
