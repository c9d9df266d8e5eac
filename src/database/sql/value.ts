import { Prisma } from '../../generated/prisma/client.ts';
import { UnsupportedQuery } from './draft.ts';
import type { Column, Scalar } from './tables.ts';

const INT4 = 2 ** 31;
const INT8 = 2n ** 63n;
const isInt = (value: unknown, limit: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit;

/** Prisma's notation of a moment: UTC without a zone. */
function dateTime(value: unknown): string | undefined {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined;
  const text = value.toISOString();
  return text.length === 24 ? `${text.slice(0, 10)} ${text.slice(11, 23)}` : undefined;
}

/**
 * A JavaScript value as a parameter of each type; undefined for values that Prisma must convert or
 * refuse.
 */
const PARAMETERS: Readonly<Record<Scalar, (value: unknown) => unknown>> = {
  String: value => (typeof value === 'string' && value.isWellFormed() ? value : undefined),
  Int: value => (isInt(value, INT4) ? value : undefined),
  BigInt: value =>
    isInt(value, Number.MAX_SAFE_INTEGER) || (typeof value === 'bigint' && value >= -INT8 && value < INT8) ? String(value) : undefined,
  Float: value => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
  Decimal: value => (Prisma.Decimal.isDecimal(value) && value.isFinite() ? value.toFixed() : undefined),
  Boolean: value => (typeof value === 'boolean' ? value : undefined),
  DateTime: dateTime,
  Bytes: value => (value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : undefined),
  Json: () => undefined,
};

/** A value as a parameter of a column's type. */
export function toParameter({ type }: Column, value: unknown): unknown {
  const parameter = type === null ? undefined : PARAMETERS[type](value);
  if (parameter === undefined) throw new UnsupportedQuery('value');
  return parameter;
}

/** Values as one array parameter. */
export function toArrayParameter(column: Column, values: unknown): unknown[] {
  if (!Array.isArray(values)) throw new UnsupportedQuery('value');
  return values.map(value => toParameter(column, value));
}

/**
 * The expression that selects a column: as text or hexadecimal where JSON would lose precision or
 * has no type for it. {@link REVIVERS} reads it back.
 */
export function columnExpression({ type, isList }: Column, sql: string): string {
  if (type === null || (isList && (type === 'Bytes' || type === 'Json'))) throw new UnsupportedQuery('selection');
  const isText = type === 'BigInt' || type === 'Decimal';
  if (isList) return isText ? `coalesce(${sql}, '{}')::text[]` : `coalesce(${sql}, '{}')`;
  if (type === 'Bytes') return `encode(${sql}, 'hex')`;
  return isText ? `${sql}::text` : sql;
}

/** JSON values to Prisma's, for the types where the two differ. */
export const REVIVERS: ReadonlyMap<Scalar | null, (value: never) => unknown> = new Map<Scalar, (value: never) => unknown>([
  ['DateTime', reviveDateTime],
  ['BigInt', (text: string) => BigInt(text)],
  ['Decimal', (text: string) => new Prisma.Decimal(text)],
  ['Float', Number],
  ['Bytes', (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))],
]);

/** Reads a moment of PostgreSQL's JSON like Prisma's adapter, which ignores the zone. */
function reviveDateTime(text: string): Date {
  if (text.endsWith('+00:00')) return new Date(text);
  if (text.includes('T')) return new Date(`${text.replace(/[+-]\d\d(:\d\d){0,2}$/, '')}Z`);
  return new Date(text.includes(':') ? `1970-01-01T${text.replace(/[+-]\d\d(:\d\d)?$/, '')}Z` : text);
}
