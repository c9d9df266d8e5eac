import {
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  getArgumentValues,
  getNullableType,
  isInputObjectType,
  isNonNullType,
  Kind,
  type ObjectFieldNode,
  type ValueNode,
  valueFromAST,
  visit,
} from 'graphql';
import { UnsupportedValue } from './leaf.ts';
import type { ArgsOf } from './query-plan.ts';

type Variables = Readonly<Record<string, unknown>>;

/** A value by a request's variables; undefined where it is left out. */
type ValueOf = (variables: Variables) => unknown;

/** An argument, or a field of an input object: what is given for it. */
type Part = { readonly name: string; readonly of: ValueOf; readonly usual: unknown; readonly isNeeded: boolean };

const NO_ARGS: object = Object.freeze({});

/**
 * What reads a field's arguments as GraphQL.js does (its `getArgumentValues`), knowing that the
 * document is valid and the variables are coerced.
 */
export function argsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): ArgsOf {
  if (!field.args.length) return () => NO_ARGS;
  if (!hasVariable(node)) {
    const args = getArgumentValues(field, node);
    return () => args;
  }
  const parts = partsOf(field.args, node.arguments ?? []);
  return parts ? variables => read(parts, variables) : variables => getArgumentValues(field, node, variables);
}

/** Whether a variable stands in the arguments of a field, or in a part of them. */
export function hasVariable(node: FieldNode | ValueNode): boolean {
  let has = false;
  for (const inner of node.kind === Kind.FIELD ? (node.arguments ?? []) : [node])
    visit(inner, {
      Variable: () => {
        has = true;
      },
    });
  return has;
}

type Declared = GraphQLArgument | GraphQLInputField;
type Given = Pick<ObjectFieldNode, 'name' | 'value'>;

function partsOf(declared: readonly Declared[], given: readonly Given[]): readonly Part[] | null {
  const parts: Part[] = [];
  for (const { name, type, defaultValue: usual } of declared) {
    const value = given.find(node => node.name.value === name)?.value;
    const of = value ? readerOf(value, type) : () => undefined;
    if (!of) return null;
    parts.push({ name, of, usual, isNeeded: isNonNullType(type) });
  }
  return parts;
}

/** What reads a value; null for one that GraphQL.js reads, such as a list with a variable in it. */
function readerOf(node: ValueNode, type: GraphQLInputType): ValueOf | null {
  if (node.kind === Kind.VARIABLE) {
    const { value: name } = node.name;
    return variables => (Object.hasOwn(variables, name) ? variables[name] : undefined);
  }
  if (!hasVariable(node)) {
    const value = valueFromAST(node, type);
    return () => value;
  }
  const bare = getNullableType(type);
  if (node.kind !== Kind.OBJECT || !isInputObjectType(bare) || bare.isOneOf) return null;
  const parts = partsOf(Object.values(bare.getFields()), node.fields);
  return parts && (variables => read(parts, variables));
}

/** @throws {Unusual} where something that is needed is missing or null: GraphQL.js tells what. */
function read(parts: readonly Part[], variables: Variables): object {
  const values: Record<string, unknown> = {};
  for (const { name, of, usual, isNeeded } of parts) {
    const given = of(variables);
    const value = given === undefined ? usual : given;
    if (isNeeded && (value === undefined || value === null)) throw new UnsupportedValue();
    if (value !== undefined) values[name] = value;
  }
  return values;
}
