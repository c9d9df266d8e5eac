import {
  type GraphQLArgument,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** A deprecated part of a schema. */
export type Deprecation = {
  /** What to use instead, and the date. */
  readonly reason: string;
  /** The date that the reason names: the part may be removed after it. */
  readonly removalAt: Date;
};

/** The date in a deprecation's reason: "Use X. It is removed after 2027-03-01." */
export const dateIn = (reason: string | null | undefined): string | null => {
  const date = /removed after (\d{4}-\d{2}-\d{2})\b/.exec(reason ?? '')?.[1];
  return date && !Number.isNaN(Date.parse(date)) ? date : null;
};

type Part = GraphQLField<unknown, unknown> | GraphQLInputField | GraphQLArgument | GraphQLEnumValue;

/**
 * The deprecated parts of a schema and their reasons, by schema coordinate: `Type.field`,
 * `Type.field(argument:)`, `Input.field`, `Enum.VALUE`.
 */
export function deprecatedParts(schema: GraphQLSchema): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const note = (coordinate: string, { deprecationReason }: Part): void => {
    if (typeof deprecationReason === 'string') found.set(coordinate, deprecationReason);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isEnumType(type)) for (const value of type.getValues()) note(`${type.name}.${value.name}`, value);
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) note(`${type.name}.${field.name}`, field);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      note(`${type.name}.${field.name}`, field);
      for (const argument of field.args) note(`${type.name}.${field.name}(${argument.name}:)`, argument);
    }
  }
  return found;
}

/** Key: the schema. There is one in a process. */
const bySchema = new WeakMap<GraphQLSchema, ReadonlyMap<string, Deprecation>>();

/**
 * The deprecated parts of a schema, by coordinate.
 *
 * @throws for a deprecation that names no date.
 */
export function deprecationsOf(schema: GraphQLSchema): ReadonlyMap<string, Deprecation> {
  let deprecations = bySchema.get(schema);
  if (!deprecations) {
    deprecations = new Map([...deprecatedParts(schema)].map(([part, reason]) => [part, { reason, removalAt: removalOf(part, reason) }]));
    bySchema.set(schema, deprecations);
  }
  return deprecations;
}

function removalOf(part: string, reason: string): Date {
  const date = dateIn(reason);
  if (date === null) throw new Error(`The deprecation of ${part} must say what to use instead, and "removed after <date>".`);
  return new Date(date);
}
