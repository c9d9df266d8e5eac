import type { FieldNode, GraphQLError } from 'graphql';
import { payloadOf } from './refusal-payload.ts';
import { RefusedField } from './refused-field.ts';

type Path = readonly (string | number)[];

/** An error of a refused field. */
export type RefusalError = Pick<GraphQLError, 'message' | 'extensions' | 'nodes' | 'path'>;

/** The path of a field with `*` for every index: the same for all items of a list. */
export const patternOf = (path: Path): string => path.map(step => (typeof step === 'number' ? '*' : step)).join('.');

type Group = { readonly pattern: string; count: number; first: RefusalError };

/**
 * Makes one error of all refusals of a field: at the path of the first, with the pattern of all
 * paths and their number. Sorted by pattern, because executors find refusals in different orders.
 */
export function groupRefusals(refusals: readonly RefusalError[]): readonly RefusedField[] {
  const groups = new Map<string, Group>();
  for (const refusal of refusals) {
    const pattern = patternOf(refusal.path!);
    // Fields of two types can have one pattern: they differ in permission, or in their place.
    const key = `${pattern} ${refusal.extensions.permission} ${refusal.nodes![0]!.loc!.start}`;
    const group = groups.get(key);
    if (!group) groups.set(key, { pattern, count: 1, first: refusal });
    else {
      group.count += 1;
      if (isBefore(refusal.path!, group.first.path!)) group.first = refusal;
    }
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => errorOf(group));
}

function errorOf({ pattern, count, first: { message, extensions, nodes, path } }: Group): RefusedField {
  return new RefusedField(payloadOf(message, { ...extensions, pattern, count }), nodes as readonly FieldNode[], path!);
}

/** Whether a path comes before another of the same pattern. */
function isBefore(path: Path, other: Path): boolean {
  const at = path.findIndex((step, index) => step !== other[index]);
  return at >= 0 && path[at]! < other[at]!;
}
