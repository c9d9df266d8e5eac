import { CriticalityLevel, diff } from '@graphql-inspector/core';
import type { GraphQLSchema } from 'graphql';
import { oneOfChanges, permissionChanges, policyChanges } from './narrowing.ts';
import { earlierRemovals, removalAt } from './removal.ts';
import type { Surface, SurfaceChange } from './surface.ts';

const SEVERITY = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'compatible',
} as const;

/**
 * The changes from one surface to another. Texts aren't compared, except for the date of a
 * deprecation, and of directives only those that clients may write, and those that say who may read
 * a field or how an input must be written.
 */
export async function compare(before: Surface, after: Surface): Promise<readonly SurfaceChange[]> {
  const changes = await diff(before.schema, after.schema);
  return [
    ...changes
      .filter(({ type, path }) => !String(type).includes('DESCRIPTION') && !isOfDefinition(String(type), path, before.schema))
      .map(({ type, path, message, criticality: { level } }): SurfaceChange => {
        const removed = String(type).endsWith('REMOVED') && level === CriticalityLevel.Breaking;
        return { message, severity: SEVERITY[level], ...(removed && { removalAt: removalAt(before.schema, path!) }) };
      }),
    ...permissionChanges(before.schema, after.schema),
    ...oneOfChanges(before.schema, after.schema),
    ...earlierRemovals(before.schema, after.schema),
    ...policyChanges(before.policy, after.policy),
  ];
}

/** Whether a change is of a directive that stands in the schema alone, not in operations. */
function isOfDefinition(type: string, path: string | undefined, schema: GraphQLSchema): boolean {
  if (!type.startsWith('DIRECTIVE_')) return false;
  const directive = type.startsWith('DIRECTIVE_USAGE_') ? undefined : schema.getDirective(/^@(\w+)/.exec(path ?? '')?.[1] ?? '');
  return !directive?.locations.some(location => EXECUTABLE.includes(location));
}

const EXECUTABLE: readonly string[] = [
  ...['QUERY', 'MUTATION', 'SUBSCRIPTION', 'FIELD', 'FRAGMENT_DEFINITION', 'FRAGMENT_SPREAD', 'INLINE_FRAGMENT', 'VARIABLE_DEFINITION'],
];

/** How long something stays after the date that its deprecation names, days. */
export const NOTICE_DAYS = 90;

/** The changes that break clients without the notice. */
export const unannounced = (changes: readonly SurfaceChange[], today: Date): readonly SurfaceChange[] =>
  changes.filter(({ severity, removalAt: at }) => severity === 'breaking' && !(at && isOver(at, today)));

const isOver = (date: string, today: Date): boolean => today.getTime() >= Date.parse(date) + NOTICE_DAYS * 86_400_000;
