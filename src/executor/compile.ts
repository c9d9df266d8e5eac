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
  type OperationDefinitionNode,
} from 'graphql';
import { PUBLIC_ACCESS } from '../access/is-allowed.ts';
import { accessOf } from '../access/policy-plugin.ts';
import { argsOf, hasVariable } from './arguments.ts';
import { collectFields, fragmentsOf } from './collect.ts';
import { extensionsOf } from './field-extensions.ts';
import { leafOf } from './leaf.ts';
import { type FieldPlan, type ObjectPlan, type OperationPlan, objectOf, type Resolve, type Shape } from './query-plan.ts';
import { Unsupported } from './unsupported.ts';

type Field = GraphQLField<unknown, unknown>;
type Compilation = {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The type whose fields may read rows: the query's root, or the payload of a command. */
  readonly reading: GraphQLObjectType | null;
};

/**
 * Compiles an operation: what each of its fields needs, resolves and is written as.
 *
 * @throws {Unsupported} for an operation that GraphQL.js executes.
 */
export function compile(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): OperationPlan {
  if (operation.directives?.length) throw new Unsupported('directive');
  const fragments = fragmentsOf(document);
  if (operation.operation === 'query') {
    const root = schema.getQueryType()!;
    return { kind: 'query', root: objectPlan({ schema, fragments, reading: root }, root, [operation], '') };
  }
  if (operation.operation !== 'mutation') throw new Unsupported('operation');
  return commandPlan({ schema, fragments, reading: null }, operation);
}

function commandPlan(compilation: Compilation, operation: OperationDefinitionNode): OperationPlan {
  const type = compilation.schema.getMutationType()!;
  const [entry, ...others] = collectFields(compilation, type, [operation]);
  if (!entry || others.length) throw new Unsupported('operation');
  const [key, nodes] = entry;
  const field = type.getFields()[nodes[0]!.name.value];
  const { command: run, pothosConfig } = field ? extensionsOf(field) : {};
  if (!field || !run || !pothosConfig || isNonNullType(field.type) || !isObjectType(field.type)) throw new Unsupported('operation');
  const payload = objectPlan({ ...compilation, reading: field.type }, field.type, selectionsOf(nodes), `${key}.`);
  const plan: FieldPlan = {
    ...fieldBasics(key, key, nodes, field),
    resolve: () => null,
    read: null,
    shape: { kind: 'object', object: payload },
  };
  return { kind: 'command', root: { type, fields: [plan] }, command: { field: plan, run, argMappers: pothosConfig.argMappers } };
}

type Selections = Parameters<typeof collectFields>[2];

/** @param prefix stands before the keys in the patterns of the object's fields. */
function objectPlan(compilation: Compilation, type: GraphQLObjectType, selections: Selections, prefix: string): ObjectPlan {
  const fields = [...collectFields(compilation, type, selections)].map(([key, nodes]) =>
    fieldPlan(compilation, type, key, `${prefix}${key}`, nodes),
  );
  return { type, fields };
}

const selectionsOf = (nodes: readonly FieldNode[]) => nodes.map(({ selectionSet }) => ({ selectionSet: selectionSet! }));

const fieldBasics = (key: string, pattern: string, nodes: readonly FieldNode[], field: Field) => ({
  key,
  pattern,
  nodes,
  field,
  access: accessOf(field),
  isNullable: !isNonNullType(field.type),
  args: argsOf(field, nodes[0]!),
  hasVariables: hasVariable(nodes[0]!),
});

function fieldPlan(
  compilation: Compilation,
  parent: GraphQLObjectType,
  key: string,
  pattern: string,
  nodes: readonly FieldNode[],
): FieldPlan {
  const name = nodes[0]!.name.value;
  if (name === '__typename') return typenamePlan(parent, key, pattern, nodes);
  const field = parent.getFields()[name] as Field | undefined;
  if (!field) throw new Unsupported('abstract'); // introspection
  if (field.args.some(({ type }) => hasId(type))) throw new Unsupported('argument');
  const resolver = resolverOf(compilation, field, parent);
  const shape = shapeOf(compilation, field.type, nodes, pattern);
  const basics = fieldBasics(key, pattern, nodes, field);
  const hasVariables = basics.hasVariables || (objectOf(shape)?.fields.some(inner => inner.hasVariables) ?? false);
  return { ...basics, hasVariables, ...resolver, shape };
}

const typenamePlan = ({ name }: GraphQLObjectType, key: string, pattern: string, nodes: readonly FieldNode[]): FieldPlan => ({
  ...{ key, pattern, nodes, field: { extensions: {} } as Field, access: PUBLIC_ACCESS, isNullable: false, read: null },
  args: () => ({}),
  hasVariables: false,
  resolve: () => name,
  shape: { kind: 'leaf', write: () => `"${name}"` },
});

function shapeOf(compilation: Compilation, type: GraphQLOutputType, nodes: readonly FieldNode[], pattern: string): Shape {
  const nullable = getNullableType(type);
  if (isListType(nullable))
    return {
      kind: 'list',
      of: shapeOf(compilation, nullable.ofType, nodes, `${pattern}.*`),
      isNullable: !isNonNullType(nullable.ofType),
      pattern,
    };
  if (isLeafType(nullable)) return { kind: 'leaf', write: leafOf(nullable) };
  if (!isObjectType(nullable)) throw new Unsupported('abstract');
  return { kind: 'object', object: objectPlan(compilation, nullable, selectionsOf(nodes), `${pattern}.`) };
}

/** Whether a type's rows are read by Prisma, which needs to know what is selected of them. */
const isOfRows = (type: unknown): boolean => type instanceof GraphQLObjectType && Boolean(type.extensions.pothosPrismaModel);

/**
 * What a field does by itself. A resolver that reads the document (`info`), and one that reads rows
 * below the root, is not supported.
 */
function resolverOf({ reading }: Compilation, field: Field, parent: GraphQLObjectType): Pick<FieldPlan, 'resolve' | 'read'> {
  const { pothosConfig, pothosPrismaFallback, readRows, page, pothosPrismaRelationField, pothosExposedField } = extensionsOf(field);
  if (!pothosConfig || pothosConfig.argMappers.length || pothosPrismaFallback) throw new Unsupported('resolver');
  if (readRows) {
    if (parent !== reading) throw new Unsupported('rows');
    return { read: readRows, resolve: () => null };
  }
  if (page?.selectIn) return { read: null, resolve: onlyAsJson };
  const isFromParent = Boolean(pothosPrismaRelationField) || /(Connection|Edge)$/.test(parent.name);
  if (isOfRows(getNamedType(field.type)) && !isFromParent) throw new Unsupported('rows');
  if (pothosExposedField !== undefined)
    return { read: null, resolve: row => (row as Readonly<Record<string, unknown>>)[pothosExposedField] };
  const resolve = pothosConfig.resolve as Resolve | undefined;
  if (!resolve || (resolve.length > 3 && !pothosPrismaRelationField)) throw new Unsupported('resolver');
  return { read: null, resolve };
}

/** The resolver of a page of a part, which the statement of the row reads or GraphQL.js. */
const onlyAsJson: Resolve = () => {
  throw new Unsupported('rows');
};

/** Whether an argument's type contains an id, which Pothos decodes. */
function hasId(type: GraphQLInputType, seen = new Set<unknown>()): boolean {
  const named = getNamedType(type);
  if (seen.has(named)) return false;
  seen.add(named);
  if (isInputObjectType(named)) return Object.values(named.getFields()).some(inner => hasId(inner.type, seen));
  return named.name === 'ID';
}
