import { literal } from './json-column.ts';
import type { PageFact } from './json-shape.ts';

/**
 * A cursor as JSON text: base64url of a position's text, which is a number or an id: digits,
 * letters and hyphens never make a `+` or a `/`.
 */
export const cursorJson = (position: string): string => `('"' || rtrim(encode((${position})::bytea, 'base64'), '=') || '"')`;

/**
 * The expressions that write the info of a page, of rows `r` with their positions `k`.
 *
 * @param size the number of rows of a full page; one more was read.
 * @param shown how many of them the page has.
 */
export function infoJson(entries: readonly (readonly [key: string, PageFact])[], size: string, shown: string): readonly string[] {
  const cursorAt = (place: string) => `coalesce(${cursorJson(`(array_agg(r.k))[${place}]`)}, 'null')`;
  const facts = entries.flatMap(([key, fact], at) => {
    const start = literal(`${at ? ',' : '{'}"${key}":`);
    if (fact.kind === 'text') return [start, literal(fact.text)];
    if (fact.kind === 'hasNextPage') return [start, `(count(*) > ${size}::int)::text`];
    return [start, cursorAt(fact.kind === 'startCursor' ? `least(1, ${shown})` : shown)];
  });
  return [...facts, literal(entries.length ? '}' : '{}')];
}
