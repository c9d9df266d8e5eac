import * as z from 'zod';
import { ACTIONS, type Action } from '../../domain/audit/actions.ts';
import type { AuditFilter } from '../../domain/audit/query.ts';
import { badInput } from '../../domain/core/errors.ts';
import { DateTime } from '../../graphql/core/scalars.ts';

/** An action as GraphQL writes it: `tenant.rename` is `TENANT_RENAME`. */
export const actionName = (action: string): string => action.replace('.', '_').toUpperCase();

const BY_NAME = new Map((Object.keys(ACTIONS) as Action[]).map(action => [actionName(action), action]));

/** The texts that GraphQL's DateTime accepts. */
const moment = z.string().transform((text, { addIssue }) => {
  try {
    return DateTime.parseValue(text) as Date;
  } catch {
    addIssue('a DateTime such as 2026-01-31T00:00:00Z, in the years 1 to 9999; a plus sign in it is written %2B');
    return z.NEVER;
  }
});

const Parameters = z.strictObject({
  format: z.enum(['csv', 'jsonl'], { error: 'csv or jsonl' }),
  from: moment.optional(),
  until: moment.optional(),
  action: z
    .string()
    .transform(text => text.split(','))
    .refine(names => names.every(name => BY_NAME.has(name)), 'names of AuditAction, such as TENANT_RENAME,MEMBER_REMOVE')
    .transform(names => names.map(name => BY_NAME.get(name)!))
    .optional(),
  actorId: z
    .string()
    .min(1, "an event's actorId")
    .refine(text => !text.includes('\0'), "an event's actorId")
    .optional(),
  outcome: z
    .enum(['DONE', 'REFUSED'], { error: 'DONE or REFUSED' })
    .transform(outcome => outcome.toLowerCase())
    .optional(),
});

/** What an export is asked for. */
export type ExportQuery = { readonly format: 'csv' | 'jsonl'; readonly filter: AuditFilter };

/**
 * Reads the query string of an export. Nothing is guessed at: a parameter that is unknown, or
 * stands twice, would make another export of it.
 *
 * @throws {GatewayError} BAD_USER_INPUT naming what is wrong.
 */
export function exportQuery(url: string): ExportQuery {
  const pairs = pairsOf(url);
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw badInput(`The parameter ${JSON.stringify(twice)} is given more than once.`);
  const { success, data, error } = Parameters.safeParse(Object.fromEntries(pairs));
  if (success) {
    const { format, ...filter } = data;
    return { format, filter };
  }
  const [issue] = error.issues;
  if (issue!.code === 'unrecognized_keys')
    throw badInput(`There is no parameter ${issue!.keys.map(key => JSON.stringify(key)).join(', ')}.`);
  throw badInput(`The parameter ${issue!.path.join('.')} is ${issue!.message}.`);
}

function pairsOf(url: string): [string, string][] {
  const text = url.split('?').slice(1).join('?');
  try {
    decodeURIComponent(text);
  } catch {
    throw badInput('The query string is not UTF-8, percent-encoded.');
  }
  return [...new URLSearchParams(text)];
}
