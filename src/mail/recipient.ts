import { canonicalAddress } from '../domain/core/email.ts';

/**
 * Checks that a message goes to exactly this address (SPEC R9): another text could be read as
 * another address by the mail server.
 *
 * @throws {Error} for an address that isn't in its canonical form.
 */
export function exactly(to: string): string {
  if (canonicalAddress(to) !== to) throw Object.assign(new Error('the recipient is not a canonical address'), { responseCode: 553 });
  return to;
}
