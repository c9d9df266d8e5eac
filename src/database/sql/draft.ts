import type { Relation, Table } from './tables.ts';

/** Why Prisma must run a query. */
export type Reason = 'operation' | 'argument' | 'selection' | 'filter' | 'order' | 'page' | 'value' | 'absent' | 'refused' | 'unexpected';

/** A query that this engine doesn't support: Prisma runs it, or refuses it with its own error. */
export class UnsupportedQuery extends Error {
  override name = 'UnsupportedQuery';

  constructor(readonly reason: Reason) {
    super(`unsupported query: ${reason}`);
  }
}

/** A statement under construction: its parameters so far, and the number of table aliases. */
export type Draft = { readonly values: unknown[]; aliases: number };

export const createDraft = (): Draft => ({ values: [], aliases: 0 });

/** Adds a parameter and returns its placeholder. Values are never written into the text. */
export const parameter = ({ values }: Draft, value: unknown): string => `$${values.push(value)}`;

/** A table in a statement, its alias, and the joins that its conditions need. */
export type Source = { readonly table: Table; readonly alias: string; readonly joins: string[] };

export const createSource = (draft: Draft, table: Table, joins: string[] = []): Source => ({ table, alias: `t${draft.aliases++}`, joins });

/** The condition that two sources hold rows of one relation. */
export const joinCondition = ({ on }: Relation, ours: Source, theirs: Source): string =>
  on.map(([own, other]) => `${theirs.alias}.${other} = ${ours.alias}.${own}`).join(' AND ');

export const fromClause = ({ table, alias, joins }: Source): string => ['FROM', table.sql, 'AS', alias, ...joins].join(' ');

/** A WHERE clause of all conditions that aren't null. */
export function whereClause(...conditions: readonly (string | null)[]): string {
  const present = conditions.filter(condition => condition !== null);
  return present.length ? ` WHERE ${present.join(' AND ')}` : '';
}

/** Whether a value is a plain object, not a `Date`, `Decimal`, array or `Uint8Array`. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The entries of an object of arguments, without those whose value is undefined. */
export function entriesOf(value: unknown, reason: Reason): (readonly [string, unknown])[] {
  if (!isPlain(value)) throw new UnsupportedQuery(reason);
  return Object.entries(value).filter(([, inner]) => inner !== undefined);
}
