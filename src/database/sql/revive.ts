import type { Column, Relation } from './tables.ts';
import { REVIVED } from './value.ts';

type Row = Record<string, unknown>;

/**
 * Turns what JSON can't say in a row (moments, decimals, bytes) into what Prisma answers, in place.
 */
export type Revive = (row: Row) => void;

type Revival = { readonly name: string } & ({ readonly column: Column } | { readonly relation: Relation; readonly revive: Revive | null });

/** What is to be done with each row of a selection, or null for nothing. */
export function reviving(revivals: readonly Revival[]): Revive | null {
  const steps = revivals.map(step).filter(each => each !== null);
  if (!steps.length) return null;
  return row => {
    for (const each of steps) each(row);
  };
}

function step(revival: Revival): Revive | null {
  const { name } = revival;
  if ('column' in revival) {
    const { type, isList } = revival.column;
    const revive = REVIVED.get(type) as ((value: unknown) => unknown) | undefined;
    if (!revive) return null;
    return row => {
      const value = row[name];
      if (value !== null) row[name] = isList ? (value as unknown[]).map(item => (item === null ? null : revive(item))) : revive(value);
    };
  }
  const { relation, revive } = revival;
  if (!revive) return null;
  return row => {
    const value = row[name];
    if (value === null) return;
    if (!relation.isList) revive(value as Row);
    else for (const item of value as Row[]) revive(item);
  };
}
