import type { Column, Relation } from './tables.ts';
import { REVIVERS } from './value.ts';

type Row = Record<string, unknown>;

/** Replaces what JSON can't express in a row (moments, decimals, bytes) by Prisma's values. */
export type Reviver = (row: Row) => void;

/** A property of a row: a column, or the row or rows of a relation. */
type Property = { readonly name: string } & (
  | { readonly column: Column }
  | { readonly relation: Relation; readonly revive: Reviver | null }
);

/** The reviver of a selection's rows; null if all of its values are JSON's own. */
export function reviverOf(properties: readonly Property[]): Reviver | null {
  const steps = properties.map(propertyReviver).filter(step => step !== null);
  if (!steps.length) return null;
  return row => {
    for (const step of steps) step(row);
  };
}

function propertyReviver(property: Property): Reviver | null {
  const { name } = property;
  if ('column' in property) {
    const { type, isList } = property.column;
    const revive = REVIVERS.get(type) as ((value: unknown) => unknown) | undefined;
    if (!revive) return null;
    return row => {
      const value = row[name];
      if (value !== null) row[name] = isList ? (value as unknown[]).map(item => (item === null ? null : revive(item))) : revive(value);
    };
  }
  const { relation, revive } = property;
  if (!revive) return null;
  return row => {
    const value = row[name];
    if (value === null) return;
    if (!relation.isList) revive(value as Row);
    else for (const item of value as Row[]) revive(item);
  };
}
