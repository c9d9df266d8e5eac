import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { badInput } from '../../domain/core/errors.ts';

/** The types that resolvers see for each custom scalar. */
export type Scalars = {
  DateTime: { Input: Date; Output: Date };
  JSONObject: { Input: Record<string, unknown>; Output: Record<string, unknown> };
  Decimal: { Input: string; Output: { toString(): string } };
  ByteCount: { Input: bigint; Output: bigint };
};

/** The representation of an entity, in a subgraph (graphql/subgraph.ts). */
export type SubgraphScalars = { _Any: { Input: Record<string, unknown>; Output: never } };

/**
 * Each custom scalar: where its text is specified, and its TypeScript types in a client's input and
 * in a response. `scalars.json` is printed from it for code generators.
 */
// biome-ignore format: a table is read by its columns
export const CLIENT_SCALARS = {
  ByteCount:  { url: 'https://www.w3.org/TR/xmlschema11-2/#nonNegativeInteger',         input: 'string | number',         output: 'string' },
  DateTime:   { url: 'https://scalars.graphql.org/andimarek/date-time.html',            input: 'string',                  output: 'string' },
  Decimal:    { url: 'https://www.w3.org/TR/xmlschema11-2/#decimal',                    input: 'string',                  output: 'string' },
  JSONObject: { url: 'https://www.rfc-editor.org/rfc/rfc8259#section-4',                input: 'Record<string, unknown>', output: 'Record<string, unknown>' },
} as const satisfies Readonly<Record<keyof Scalars, { url: string; input: string; output: string }>>;

/** Whether ISO 8601 writes the year in four digits, and PostgreSQL stores it. */
export const isStorable = (date: Date): boolean => date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9_999;

function checkYear(date: Date): Date {
  if (isStorable(date)) return date;
  throw badInput('A DateTime must be in the years 1 to 9999, in UTC.');
}

const { parseValue, parseLiteral, ...dateTime } = GraphQLDateTime.toConfig();

export const DateTime = new GraphQLScalarType<Date, Date | string>({
  ...dateTime,
  specifiedByURL: CLIENT_SCALARS.DateTime.url,
  parseValue: value => checkYear(parseValue(value)),
  parseLiteral: (node, variables) => checkYear(parseLiteral(node, variables)),
});

export const JSONObject = new GraphQLScalarType({ ...GraphQLJSONObject.toConfig(), specifiedByURL: CLIENT_SCALARS.JSONObject.url });

const DECIMAL = /^\d{1,14}(\.\d{1,6})?$/;

/** Reads an amount: no sign, at most 14 digits before the point and 6 after it. */
export function parseDecimal(value: unknown): string {
  if (typeof value === 'string' && DECIMAL.test(value)) return value;
  throw badInput('A Decimal is a string of digits with a decimal point: at most 14 digits before it and 6 after it, such as "12.50".');
}

/** Writes an amount without trailing zeros: never a float, never an exponent (SPEC M1). */
export const printDecimal = (value: { toString(): string }): string => {
  const text = typeof value === 'object' && 'toFixed' in value ? (value as { toFixed(): string }).toFixed() : value.toString();
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
};

/** Reads a number of bytes of at most 18 digits, which fits a signed 64-bit integer. */
export function parseByteCount(value: unknown): bigint {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text === 'string' && /^\d{1,18}$/.test(text)) return BigInt(text);
  throw badInput('A ByteCount is a whole number of bytes, as a string or an integer, of at most 18 digits.');
}
