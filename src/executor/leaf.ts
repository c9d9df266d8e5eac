import { type GraphQLLeafType, isEnumType } from 'graphql';
import { Unsupported } from './unsupported.ts';

/** Writes a leaf as JSON. */
export type Leaf = (value: unknown) => string;

/** Characters that JSON escapes: quotes, backslashes, control characters, surrogates. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A text as JSON. */
const textOf = (text: string): string => (ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`);

/** Shorter than the type's own `serialize`, for the values that resolvers usually return. */
const USUAL: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  String: value => (typeof value === 'string' ? textOf(value) : undefined),
  ID: value => (typeof value === 'string' ? textOf(value) : undefined),
  Int: value => (typeof value === 'number' && (value | 0) === value ? `${value}` : undefined),
  Boolean: value => (typeof value === 'boolean' ? `${value}` : undefined),
  DateTime: value => (value instanceof Date && !Number.isNaN(value.getTime()) ? `"${value.toISOString()}"` : undefined),
};

/** The writer of a leaf type. */
export function leafOf(type: GraphQLLeafType): Leaf {
  if (isEnumType(type)) {
    const names = new Map(type.getValues().map(({ name, value }) => [value, `"${name}"`]));
    return value => names.get(value) ?? unsupported();
  }
  const usual = USUAL[type.name];
  const serialized = (value: unknown) => JSON.stringify(type.serialize(value)) ?? unsupported();
  return usual ? value => usual(value) ?? serialized(value) : serialized;
}

function unsupported(): never {
  throw new Unsupported('value');
}
