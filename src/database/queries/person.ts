import type { Query } from '../driver/query.ts';
import { SETTINGS } from '../tenancy/binding.ts';

/** A person as the identity provider names them. */
export type Identity = { readonly issuer: string; readonly subject: string };

/** The claims of a verified token about a person. */
export type Profile = Identity & {
  readonly name: string;
  /** False if the token has no name, so that `name` is the address or the subject. */
  readonly isNamed: boolean;
  readonly email: string | null;
  readonly emailVerified: boolean;
  /** When the token was issued; null if it doesn't say so. */
  readonly issuedAt: Date | null;
};

/**
 * Creates or refreshes a person's row and binds the transaction to that person. Other sign-ups of
 * the same person wait until it ends. A newer sign-in is not undone.
 *
 * @returns the person's id, which is `candidate` for a new person.
 */
export async function registerPerson(
  query: Query,
  candidate: string,
  { issuer, subject, name, isNamed, email, emailVerified, issuedAt }: Profile,
): Promise<string> {
  const [row] = await query<{ id: string }>(
    `SELECT set_config('${SETTINGS.personId}',
       crossing_register_person($1::uuid, $2, $3, $4, $5, $6, $7, $8::timestamptz)::text, true) AS id`,
    [candidate, issuer, subject, name, email, emailVerified, isNamed, issuedAt],
  );
  return row!.id;
}

/** Whether the bound person has this address, verified, as of their latest sign-in. */
export async function hasVerifiedAddress(query: Query, personId: string, email: string): Promise<boolean> {
  const found = await query('SELECT id FROM person WHERE id = $1::uuid AND email = $2 AND email_verified', [personId, email]);
  return found.length > 0;
}

/**
 * Gives a known person the name and verified address of a token, unless a newer token did (SPEC
 * R9). Does nothing for a person without a row.
 */
export async function refreshPerson(
  query: Query,
  { issuer, subject, name, isNamed, email, emailVerified, issuedAt }: Profile,
): Promise<void> {
  await query('SELECT crossing_refresh_person($1, $2, $3, $4, $5, $6, $7::timestamptz)::text', [
    ...[issuer, subject, name, isNamed, email, emailVerified, issuedAt],
  ]);
}
