import { type GraphQLLeafType, isEnumType } from 'graphql';

/**
 * A value that GraphQL.js must look at: it isn't what the type is usually given, or can't be sent.
 */
export class UnsupportedValue extends Error {
  override name = 'Unusual';
}

/** A leaf as JSON. */
export type Leaf = (value: unknown) => string;

/**
 * What JSON writes otherwise than it is: quotes, backslashes, control characters, and halves of
 * surrogate pairs.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A text as JSON. */
export const textOf = (text: string): string => (ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`);

const USUAL: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  String: value => (typeof value === 'string' ? textOf(value) : undefined),
  ID: value => (typeof value === 'string' ? textOf(value) : undefined),
  Int: value => (typeof value === 'number' && (value | 0) === value ? `${value}` : undefined),
  Boolean: value => (typeof value === 'boolean' ? `${value}` : undefined),
  DateTime: value => (value instanceof Date && !Number.isNaN(value.getTime()) ? `"${value.toISOString()}"` : undefined),
};

/**
 * How a leaf type's values are written: by its own `serialize`, and without it where what that says
 * is known.
 */
export function leafOf(type: GraphQLLeafType): Leaf {
  if (isEnumType(type)) {
    const names = new Map(type.getValues().map(({ name, value }) => [value, `"${name}"`]));
    return value => names.get(value) ?? unsupportedValue();
  }
  const usual = USUAL[type.name];
  const whole = (value: unknown) => JSON.stringify(type.serialize(value)) ?? unsupportedValue();
  return usual ? value => usual(value) ?? whole(value) : whole;
}

function unsupportedValue(): never {
  throw new UnsupportedValue();
}
