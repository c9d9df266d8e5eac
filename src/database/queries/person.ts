import type { Query } from '../driver/query.ts';
import { SETTINGS } from '../tenancy/binding.ts';

/** A person as the identity provider names them. */
export type Identity = { readonly issuer: string; readonly subject: string };

/** The claims of a verified token about a person. */
export type Profile = Identity & { readonly name: string; readonly email: string | null; readonly emailVerified: boolean };

/**
 * Creates or refreshes a person's row and binds the transaction to that person. Other sign-ups of
 * the same person wait until it ends.
 *
 * @returns the person's id, which is `candidate` for a new person.
 */
export async function registerPerson(
  query: Query,
  candidate: string,
  { issuer, subject, name, email, emailVerified }: Profile,
): Promise<string> {
  const [row] = await query<{ id: string }>(
    `SELECT set_config('${SETTINGS.personId}', crossing_register_person($1::uuid, $2, $3, $4, $5, $6)::text, true) AS id`,
    [candidate, issuer, subject, name, email, emailVerified],
  );
  return row!.id;
}
