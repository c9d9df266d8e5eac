import * as z from 'zod';
import { PERMISSIONS } from '../../../../access/policy.ts';
import { PLAN_CODES, ROLES, STATUSES } from '../../../../access/vocabulary.ts';

/** The callers to ask for: a member with a role, and the other kinds of principal. */
export const CALLERS = [...ROLES, 'api_key', 'staff', 'user', 'nobody'] as const;
export type CallerName = (typeof CALLERS)[number];

/** The columns of the matrix. */
export const COLUMNS = [...ROLES, 'api_key', 'staff'] as const satisfies readonly CallerName[];

/** What to show for "any". */
export const ANY = 'any';

const schema = z.object({
  as: z.enum(CALLERS).catch('viewer'),
  status: z.enum(STATUSES).catch('active'),
  plan: z.enum(PLAN_CODES).catch('PROFESSIONAL'),
  permission: z.enum(PERMISSIONS).catch('member:read-email'),
  find: z.string().trim().max(100).catch(''),
  in: z.enum([ANY, ...STATUSES]).catch(ANY),
  on: z.enum([ANY, ...PLAN_CODES]).catch(ANY),
});

/**
 * What the page is asked: whether `as` in `status` on `plan` has `permission`; and the matrix, for
 * rows with `find`, `in` a status and `on` a plan.
 */
export type AccessParams = Readonly<z.infer<typeof schema>>;

/** Reads the query of the page's URL. What is missing or unknown gets a default. */
export const accessParams = (search: URLSearchParams): AccessParams => schema.parse(Object.fromEntries(search));
