import { uuidv7 as uuid } from 'uuidv7';
import type { Query } from '../driver/query.ts';
import type { Profile } from './person.ts';

/**
 * `owned`: the slugs of the tenants that the person owns, in which case nothing was done; else
 * `tenants`: the ids of those in which something names the person.
 */
export type BegunErasure = { readonly owned: readonly string[]; readonly tenants: readonly string[] };

/**
 * Starts the erasure of the person of a verified token. From its commit on the token belongs to
 * nobody that we know.
 */
export async function beginErasure(
  query: Query,
  { issuer, subject, email, emailVerified }: Pick<Profile, 'issuer' | 'subject' | 'email' | 'emailVerified'>,
  moment: Date,
): Promise<BegunErasure> {
  const rows = await query<{ tenantId: string; slug: string; owned: boolean }>(
    'SELECT tenant_id AS "tenantId", slug, owned FROM crossing_begin_erasure($1::uuid, $2, $3, $4, $5::timestamptz)',
    [uuid(), issuer, subject, emailVerified ? email : null, moment],
  );
  return {
    owned: rows.filter(({ owned }) => owned).map(({ slug }) => slug),
    tenants: rows.filter(({ owned }) => !owned).map(({ tenantId }) => tenantId),
  };
}

/** A person who is being erased and whom something in the bound tenant names. */
export type Erasure = {
  readonly personId: string;
  /** The pseudonyms of the name and of the address in this tenant. */
  readonly name: string;
  readonly alias: string;
  /** The verified address; null for a person without one. */
  readonly address: string | null;
  /** The ids of the person's memberships in this tenant, ended ones too. */
  readonly memberships: readonly string[];
};

export const erasuresHere = (query: Query): Promise<readonly Erasure[]> =>
  query<Erasure>('SELECT person_id AS "personId", name, alias, address, memberships FROM crossing_erasures()', []);

/**
 * Puts pseudonyms into the next page of the bound tenant's audit log.
 *
 * @returns the number of the page's last event, or null after the last page.
 */
export async function eraseInEvents(query: Query, after: number, limit: number): Promise<number | null> {
  const [row] = await query<{ last: number | null }>('SELECT erase_in_events($1::int, $2::int) AS last', [after, limit]);
  return row!.last;
}

/** Does the same for the events after a number, and removes the salts of the digests. */
export async function forgetErased(query: Query, after: number): Promise<void> {
  await query('SELECT forget_erased($1::int)::text', [after]);
}

/** Removes the rows of the erased people whom nothing names any more. */
export async function finishErasures(query: Query, moment: Date): Promise<void> {
  await query('SELECT crossing_finish_erasures($1::timestamptz)::text', [moment]);
}
