import type { Action } from './actions.ts';

/** Which events to read: those that match every given condition. */
export type AuditFilter = {
  readonly action?: readonly Action[] | null | undefined;
  /** A person's id, or a staff member's subject. */
  readonly actorId?: string | null | undefined;
  readonly outcome?: string | null | undefined;
  /** Inclusive. */
  readonly from?: Date | null | undefined;
  /** Exclusive. */
  readonly until?: Date | null | undefined;
};

/** A filter as a condition on events. */
export const auditWhere = ({ action, actorId, outcome, from, until }: AuditFilter) => ({
  ...(action && { action: { in: [...action] } }),
  ...(actorId && { actorId }),
  ...(outcome && { outcome }),
  ...((from || until) && { at: { ...(from && { gte: from }), ...(until && { lt: until }) } }),
});
