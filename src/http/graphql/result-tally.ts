import type { ExecutionResult } from 'graphql';
import { patternOf } from '../../access/grouped-refusals.ts';
import { Tally } from '../../executor/tally.ts';
import { isRefusal } from './errors.ts';

/** Counts in a result of GraphQL.js what the executor counts while it writes. */
export function tallyOf({ data, errors = [] }: ExecutionResult): Tally {
  const tally = new Tally();
  countRows(data, '', tally);
  for (const error of errors) if (error.path && isRefusal(error)) tally.addRefused(patternOf(error.path));
  return tally;
}

function countRows(value: unknown, pattern: string, tally: Tally): void {
  if (Array.isArray(value)) {
    tally.addRows(pattern, value.length);
    for (const item of value) countRows(item, `${pattern}.*`, tally);
  } else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) countRows(inner, pattern ? `${pattern}.${key}` : key, tally);
}
