import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { permissionChanges, policyChanges } from './narrowing.ts';
import { removalAt } from './removal.ts';
import type { Surface, SurfaceChange } from './surface.ts';

const SEVERITY = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'compatible',
} as const;

/**
 * The changes from one surface to another. Texts aren't compared, and of directives only those that
 * say who may read a field.
 */
export async function compare(before: Surface, after: Surface): Promise<readonly SurfaceChange[]> {
  const changes = await diff(before.schema, after.schema);
  return [
    ...changes
      .filter(({ type }) => !String(type).includes('DESCRIPTION') && !String(type).startsWith('DIRECTIVE_'))
      .map(({ type, path, message, criticality: { level } }): SurfaceChange => {
        const removed = String(type).endsWith('REMOVED') && level === CriticalityLevel.Breaking;
        return { message, severity: SEVERITY[level], ...(removed && { removalAt: removalAt(before.schema, path!) }) };
      }),
    ...permissionChanges(before.schema, after.schema),
    ...policyChanges(before.policy, after.policy),
  ];
}

/** How long something stays after the date that its deprecation names, days. */
export const NOTICE_DAYS = 90;

/** The changes that break clients without the notice. */
export const unannounced = (changes: readonly SurfaceChange[], today: Date): readonly SurfaceChange[] =>
  changes.filter(({ severity, removalAt: at }) => severity === 'breaking' && !(at && isOver(at, today)));

const isOver = (date: string, today: Date): boolean => today.getTime() >= Date.parse(date) + NOTICE_DAYS * 86_400_000;
