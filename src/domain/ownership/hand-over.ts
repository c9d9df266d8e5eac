import type { Role } from '../../access/vocabulary.ts';
import { isConstraint } from '../../database/index.ts';
import type { Command } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import type { OwnMembership } from '../core/recheck.ts';
import { endInvitations } from '../invitation/end.ts';

/**
 * Gives `owner` to another member and makes the previous owner an admin, atomically (SPEC O2), with
 * the event.
 *
 * @param more further details of the event.
 */
export async function handOver(command: Command, owner: OwnMembership, recipient: OwnMembership, more: object = {}): Promise<void> {
  const { db, record } = command;
  const [from, to] = [withoutOwner(owner.roles), withOwner(recipient.roles)];
  // demote first: a unique index allows only one owner
  await db.membership.updateMany({ where: { id: owner.id }, data: { roles: from } });
  await db.membership.updateMany({ where: { id: recipient.id }, data: { roles: to } }).catch(erased);
  await endInvitations(command, owner.id, from);
  await record({
    target: { type: 'Membership', id: recipient.id },
    before: { owner: owner.id, roles: { [owner.id]: owner.roles, [recipient.id]: recipient.roles } },
    after: { owner: recipient.id, roles: { [owner.id]: from, [recipient.id]: to }, ...more },
  });
}

/** The chosen member erased themselves: a job is about to end the membership (SPEC R10). */
function erased(error: unknown): never {
  if (isConstraint(error, 'owner_is_not_erased')) throw new GatewayError('TRANSFER_INVALID', 'The chosen member has left.');
  throw error;
}

const withoutOwner = (roles: readonly Role[]): Role[] => [...new Set<Role>(['admin', ...roles.filter(role => role !== 'owner')])];
const withOwner = (roles: readonly Role[]): Role[] => ['owner', ...roles];
