import type { Query } from '../driver/query.ts';
import type { Profile } from './person.ts';

const identity = ({ issuer, subject, email, emailVerified }: Profile) => [issuer, subject, emailVerified ? email : null];

/** What is stored about a person beside the audit logs, as JSON; by kind. */
export type PersonData = {
  readonly person: object | null;
  readonly memberships: readonly object[];
  readonly invitations: readonly object[];
  readonly apiKeys: readonly object[];
  readonly deprecatedUses: readonly object[];
};

export async function personData(query: Query, profile: Profile): Promise<PersonData> {
  const [row] = await query<{ data: PersonData }>('SELECT crossing_person_data($1, $2, $3) AS data', identity(profile));
  return row!.data;
}

/** An audit event that names a person: what it says of that person, and nothing of anybody else. */
export type PersonEvent = { readonly tenantId: string; readonly seq: number; readonly event: object };

/** The next events that name a person, after the event `after` of an earlier page. */
export const personEvents = (
  query: Query,
  profile: Profile,
  after: Pick<PersonEvent, 'tenantId' | 'seq'>,
  limit: number,
): Promise<readonly PersonEvent[]> =>
  query<PersonEvent>('SELECT tenant_id AS "tenantId", seq, event FROM crossing_person_events($1, $2, $3, $4::uuid, $5::int, $6::int)', [
    ...identity(profile),
    ...[after.tenantId, after.seq, limit],
  ]);
