import type { Relation, Table } from './tables.ts';

/** Why a read is Prisma's to answer. */
export type Reason = 'operation' | 'argument' | 'selection' | 'filter' | 'order' | 'page' | 'value' | 'absent' | 'refused';

/**
 * A read that this folder does not cover: Prisma answers it, or refuses it with an error of its
 * own.
 */
export class UnsupportedQuery extends Error {
  override name = 'Uncovered';

  constructor(readonly reason: Reason) {
    super(`not covered: ${reason}`);
  }
}

/**
 * What is known of a statement while it is written: its parameters, and how many tables it has
 * named.
 */
export type Draft = { readonly values: unknown[]; aliases: number };

/** Text that stands for a value: values are never written into a statement. */
export const parameter = ({ values }: Draft, value: unknown): string => `$${values.push(value)}`;

/** A table in a statement, under a name of its own, and what is joined to it. */
export type Source = { readonly table: Table; readonly alias: string; readonly joins: string[] };

export const sourceOf = (draft: Draft, table: Table, joins: string[] = []): Source => ({ table, alias: `t${draft.aliases++}`, joins });

/** The condition that ties a relation's rows to the row that they belong to. */
export const tied = ({ on }: Relation, ours: Source, theirs: Source): string =>
  on.map(([own, other]) => `${theirs.alias}.${other} = ${ours.alias}.${own}`).join(' AND ');

export const from = ({ table, alias, joins }: Source): string => ['FROM', table.sql, 'AS', alias, ...joins].join(' ');

/** Whether a value is an object of names and values, and nothing that has a meaning of its own. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What an object of arguments says; what is undefined isn't said. */
export function entriesOf(value: unknown, reason: Reason): (readonly [string, unknown])[] {
  if (!isPlain(value)) throw new UnsupportedQuery(reason);
  return Object.entries(value).filter(([, inner]) => inner !== undefined);
}
