import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { isPermission, PERMISSIONS, type Permission } from '../../access/policy.ts';
import { badInput } from '../../domain/core/errors.ts';

/** The scalars beside GraphQL's own. */
export type Scalars = {
  DateTime: { Input: Date; Output: Date };
  JSONObject: { Input: Record<string, unknown>; Output: Record<string, unknown> };
  Decimal: { Input: string; Output: { toString(): string } };
  ByteCount: { Input: bigint; Output: bigint };
  PermissionName: { Input: Permission; Output: Permission };
};

/** A moment from outside, of the years that a date of four digits names and PostgreSQL has. */
function inFourDigits(moment: Date): Date {
  const year = moment.getUTCFullYear();
  if (year >= 1 && year <= 9_999) return moment;
  throw badInput('A DateTime is of the years 1 to 9999, in UTC.');
}

const { parseValue, parseLiteral, ...dateTime } = GraphQLDateTime.toConfig();

/** A moment, ISO 8601 in UTC. */
export const DateTime = new GraphQLScalarType<Date, Date | string>({
  ...dateTime,
  parseValue: value => inFourDigits(parseValue(value)),
  parseLiteral: (node, variables) => inFourDigits(parseLiteral(node, variables)),
});

/** An object of names and values that has no type of its own. */
export const JSONObject = GraphQLJSONObject;

const DECIMAL = /^\d{1,14}(\.\d{1,6})?$/;

/** An amount, from outside: no sign, at most 14 digits before the point and 6 after it. */
export function parseDecimal(value: unknown): string {
  if (typeof value === 'string' && DECIMAL.test(value)) return value;
  throw badInput('A Decimal is a text of digits with a point: at most 14 before it and 6 after it, such as "12.50".');
}

/** An amount as text, without zeros at its end: never a float, never an exponent (SPEC M1). */
export const printDecimal = (value: { toString(): string }): string => {
  const text = typeof value === 'object' && 'toFixed' in value ? (value as { toFixed(): string }).toFixed() : value.toString();
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
};

/** A number of bytes, from outside: up to what a signed 64-bit integer holds. */
export function parseByteCount(value: unknown): bigint {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text === 'string' && /^\d{1,18}$/.test(text)) return BigInt(text);
  throw badInput('A ByteCount is a whole number of bytes, as a text or an integer, of at most 18 digits.');
}

/** The name of a permission, from outside. */
export function parsePermission(value: unknown): Permission {
  if (typeof value === 'string' && isPermission(value)) return value;
  throw badInput(`There is no permission ${JSON.stringify(value)}. There are: ${PERMISSIONS.join(', ')}.`);
}
