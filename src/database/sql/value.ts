import { Prisma } from '../../generated/prisma/client.ts';
import { UnsupportedQuery } from './draft.ts';
import type { Column, Scalar } from './tables.ts';

const INT4 = 2 ** 31;
const INT8 = 2n ** 63n;
const isInt = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= -most && value < most;

/** Prisma's own notation of a moment: UTC, without saying so. */
function moment(value: unknown): string | undefined {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined;
  const text = value.toISOString();
  return text.length === 24 ? `${text.slice(0, 10)} ${text.slice(11, 23)}` : undefined;
}

/**
 * How a value of each type goes to the database; undefined for what Prisma must look at: to convert
 * it, or to refuse it.
 */
const SENT: Readonly<Record<Scalar, (value: unknown) => unknown>> = {
  String: value => (typeof value === 'string' ? value : undefined),
  Int: value => (isInt(value, INT4) ? value : undefined),
  BigInt: value =>
    isInt(value, Number.MAX_SAFE_INTEGER) || (typeof value === 'bigint' && value >= -INT8 && value < INT8) ? String(value) : undefined,
  Float: value => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
  Decimal: value => (Prisma.Decimal.isDecimal(value) && value.isFinite() ? value.toFixed() : undefined),
  Boolean: value => (typeof value === 'boolean' ? value : undefined),
  DateTime: moment,
  Bytes: value => (value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : undefined),
  Json: () => undefined,
};

/** A value as a parameter that is compared with a column. */
export function sent({ type }: Column, value: unknown): unknown {
  const parameter = type === null ? undefined : SENT[type](value);
  if (parameter === undefined) throw new UnsupportedQuery('value');
  return parameter;
}

/** Values as one parameter, an array. */
export function sentAll(column: Column, values: unknown): unknown[] {
  if (!Array.isArray(values)) throw new UnsupportedQuery('value');
  return values.map(value => sent(column, value));
}

/**
 * How a column is written in a result: as JSON says it, or as text where JSON would lose some of
 * it.
 */
export function written({ type, isList }: Column, sql: string): string {
  if (type === null || (isList && (type === 'Bytes' || type === 'Json'))) throw new UnsupportedQuery('selection');
  const isText = type === 'BigInt' || type === 'Decimal';
  if (isList) return isText ? `coalesce(${sql}, '{}')::text[]` : `coalesce(${sql}, '{}')`;
  if (type === 'Bytes') return `encode(${sql}, 'hex')`;
  return isText ? `${sql}::text` : sql;
}

/** How a value of a result becomes Prisma's, for the types whose JSON isn't that already. */
export const REVIVED: ReadonlyMap<Scalar | null, (value: never) => unknown> = new Map<Scalar, (value: never) => unknown>([
  ['DateTime', date],
  ['BigInt', (text: string) => BigInt(text)],
  ['Decimal', (text: string) => new Prisma.Decimal(text)],
  ['Float', Number],
  ['Bytes', (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))],
]);

/**
 * A moment in PostgreSQL's JSON, read as Prisma's adapter reads it: what it says of the zone is
 * passed over.
 */
function date(text: string): Date {
  if (text.endsWith('+00:00')) return new Date(text);
  if (text.includes('T')) return new Date(`${text.replace(/[+-]\d\d(:\d\d){0,2}$/, '')}Z`);
  return new Date(text.includes(':') ? `1970-01-01T${text.replace(/[+-]\d\d(:\d\d)?$/, '')}Z` : text);
}
