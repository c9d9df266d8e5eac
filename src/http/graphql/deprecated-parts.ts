import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  type OperationDefinitionNode,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { PreparedOperation } from '../../executor/prepared-operation.ts';
import { deprecationsOf } from '../../graphql/core/deprecation.ts';

/**
 * The deprecated parts of the schema that an operation names, by coordinate, each once. Fields that
 * are skipped or refused and other operations of its document count as well, because the document
 * would be invalid without them; so do values of variables.
 */
export function deprecatedPartsOf(operation: PreparedOperation): readonly string[] {
  const { named, variables } = factsOf(operation);
  if (!variables.size) return named;
  const found = new Set(named);
  for (const [name, type] of variables) collect(operation.schema, type, operation.variableValues?.[name], found);
  return [...found];
}

/** What requests have in common: the parts in the text, and the variables that may hold some. */
type Facts = { readonly named: readonly string[]; readonly variables: ReadonlyMap<string, GraphQLInputType> };

/** Key: the operation's node, which belongs to one cached document. There is one schema. */
const facts = new WeakMap<OperationDefinitionNode, Facts>();

function factsOf(prepared: PreparedOperation): Facts {
  let found = facts.get(prepared.operation);
  if (!found) {
    found = { named: [...partsIn(prepared)], variables: variablesOf(prepared) };
    facts.set(prepared.operation, found);
  }
  return found;
}

function partsIn({ schema, document }: PreparedOperation): ReadonlySet<string> {
  const found = new Set<string>();
  const note = (coordinate: string): void => {
    if (deprecationsOf(schema).has(coordinate)) found.add(coordinate);
  };
  const types = new TypeInfo(schema);
  const field = () => `${types.getParentType()?.name}.${types.getFieldDef()?.name}`;
  const visitor = visitWithTypeInfo(types, {
    Field: () => note(field()),
    Argument: ({ name }) => note(`${field()}(${name.value}:)`),
    ObjectField: ({ name }) => note(`${getNamedType(types.getParentInputType())?.name}.${name.value}`),
    EnumValue: ({ value }) => note(`${getNamedType(types.getInputType())?.name}.${value}`),
  });
  visit(document, visitor);
  return found;
}

function variablesOf({ schema, operation }: PreparedOperation): Facts['variables'] {
  const owners = new Set([...deprecationsOf(schema).keys()].map(coordinate => coordinate.split('.')[0]!));
  const types = (operation.variableDefinitions ?? []).map(({ variable, type }): [string, GraphQLInputType] => [
    variable.name.value,
    typeFromAST(schema, type) as GraphQLInputType,
  ]);
  return new Map(types.filter(([, type]) => leadsTo(owners, type)));
}

/** Whether one of the types is in values of a type. */
function leadsTo(names: ReadonlySet<string>, type: GraphQLInputType, visited = new Set<string>()): boolean {
  const named = getNamedType(type);
  if (names.has(named.name)) return true;
  if (!isInputObjectType(named) || visited.has(named.name)) return false;
  visited.add(named.name);
  return Object.values(named.getFields()).some(field => leadsTo(names, field.type, visited));
}

/** Adds the deprecated parts of a value as sent, in which a list of one may be its item. */
function collect(schema: GraphQLSchema, given: GraphQLInputType, value: unknown, found: Set<string>): void {
  if (value === null || value === undefined) return;
  const type = getNullableType(given);
  if (isListType(type)) {
    for (const item of Array.isArray(value) ? value : [value]) collect(schema, type.ofType, item, found);
    return;
  }
  const note = (name: string): void => {
    const coordinate = `${type.name}.${name}`;
    if (deprecationsOf(schema).has(coordinate)) found.add(coordinate);
  };
  if (isEnumType(type)) note(String(value));
  if (!isInputObjectType(type)) return;
  const fields = type.getFields();
  for (const [name, inner] of Object.entries(value)) {
    note(name);
    collect(schema, fields[name]!.type, inner, found);
  }
}
