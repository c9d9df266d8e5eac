import { Undelivered } from '../domain/core/delivery.ts';
import { canonicalAddress } from '../domain/core/email.ts';

/**
 * Checks that a message goes to exactly this address (SPEC R9): another text could be read as
 * another address by the mail server.
 *
 * @throws {Undelivered} for an address that isn't in its canonical form.
 */
export function exactly(to: string): string {
  if (canonicalAddress(to) !== to) throw new Undelivered('the recipient is not a canonical address', 553, true);
  return to;
}
