import type { Action } from './actions.ts';

/** Which events to read: those for which everything given holds. */
export type AuditFilter = {
  readonly action?: readonly Action[] | null | undefined;
  /** A person's id, or a staff member's subject. */
  readonly actorId?: string | null | undefined;
  readonly outcome?: string | null | undefined;
  /** From this moment on. */
  readonly from?: Date | null | undefined;
  /** Until just before this moment. */
  readonly until?: Date | null | undefined;
};

/** A filter as a condition on events. */
export const auditWhere = ({ action, actorId, outcome, from, until }: AuditFilter) => ({
  ...(action && { action: { in: [...action] } }),
  ...(actorId && { actorId }),
  ...(outcome && { outcome }),
  ...((from || until) && { at: { ...(from && { gte: from }), ...(until && { lt: until }) } }),
});
