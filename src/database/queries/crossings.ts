import type { PlanCode, PlanFeature, Role, TenantStatus } from '../../access/vocabulary.ts';
import type { TextQuery } from '../driver/piggyback-query.ts';
import { SETTINGS } from '../tenancy/binding.ts';

/**
 * The only ways past the bound tenant (SPEC T5). Each is a narrow function of the database,
 * SECURITY DEFINER, made by a migration; a test holds this list against the catalogue. `callable`:
 * the gateway's role may call it; the others are triggers.
 */
// biome-ignore format: a table is read by its columns
export const CROSSINGS = {
  crossing_memberships_of:     { callable: true,  reason: "A person's own memberships: which tenants somebody may choose from is known before any is bound." },
  crossing_register_person:    { callable: true,  reason: 'Sign-up and accepting an invitation: a person who is a member nowhere yet gets a row, or has it refreshed from the verified token.' },
  crossing_owned_free_tenants: { callable: true,  reason: 'Sign-up: how many Free tenants the bound person owns already; a count, of oneself.' },
  crossing_due_tenants:        { callable: true,  reason: 'Jobs: the ids of the tenants in which something is due, to bind one after the other.' },
  crossing_audit_breaks:       { callable: true,  reason: "`audit:verify`: the place of each tenant's first broken link, and what is wrong with it; no event." },
  crossing_audit_size:         { callable: true,  reason: '`audit:verify`: how many chains and links were looked at; two counts.' },
  crossing_audit_heads:        { callable: true,  reason: "`audit:verify --anchors`: each chain's last link, by its place and hash, to be kept elsewhere; no event." },
  crossing_audit_lost:         { callable: true,  reason: '`audit:verify --anchors`: which of the links that were kept are in no chain any more.' },
  crossing_market_search:      { callable: true,  reason: 'The marketplace: a page of published listings of active tenants that sell, by their ids.' },
  crossing_market_count:       { callable: true,  reason: 'The marketplace: how many such listings a search has; a count.' },
  crossing_market_tags:        { callable: true,  reason: 'The marketplace: the tags that such listings carry, with counts.' },
  crossing_market_listings:    { callable: true,  reason: "The marketplace: what such listings say, with the provider's display name, and nothing else of it." },
  crossing_offer:              { callable: true,  reason: "Acquiring: what a published listing offers, and the provider's display name, while the provider is held." },
  crossing_availability:       { callable: true,  reason: "The bound tenant's entitlements: whether the provider sells just now, doesn't, or is gone." },
  crossing_entitled_objects:   { callable: true,  reason: 'An open entitlement of the bound tenant: a page of the objects that it leads to.' },
  crossing_entitled_object_count: { callable: true, reason: 'An open entitlement of the bound tenant: how many objects it leads to; a count.' },
  crossing_retrieve:           { callable: true,  reason: "A retrieval: the bound tenant's usage record and charge, and the provider's earning, which no request can write." },
  crossing_buyers:             { callable: true,  reason: 'Analytics: how many buyers the bound tenant earned from; a count, of hashes that no request can read.' },
  crossing_dataset_buyers:     { callable: true,  reason: 'Analytics: the same for each of its datasets.' },
  crossing_billing_faults:     { callable: true,  reason: "`billing:verify`: the retrievals whose charge and earning don't agree, by id, and what is wrong; no record." },
  crossing_billing_totals:     { callable: true,  reason: '`billing:verify`: what was charged and earned in each currency; sums.' },
  bury_tenant:                 { callable: true,  reason: 'The bound tenant, when its grace period is over, gets its tombstone, which no request can write.' },
  purge_rows:                  { callable: true,  reason: 'The bound, deleted tenant loses a batch of rows, audit events too, which no request can remove.' },
  assert_owner:                { callable: false, reason: 'Trigger: a tenant that is not deleted has an owner when a transaction commits, whoever writes.' },
  claim_slug:                  { callable: false, reason: 'Trigger: slugs are unique among all tenants, in a table that no request can read.' },
  chain_audit_event:           { callable: false, reason: "Trigger: an audit event is linked to its tenant's last, in a table that no request can touch." },
  refuse_buried_id:            { callable: false, reason: "Trigger: the id of a deleted tenant is never used again." },
  index_listing:               { callable: false, reason: 'Trigger: what a published listing says stands in the one index that spans tenants, which only the search reads.' },
} as const;

/** A person as the identity provider names them. */
export type Identity = { readonly issuer: string; readonly subject: string };

/** How a request names a tenant. */
export type TenantName = { readonly id: string } | { readonly slug: string };

/** A person's membership in one tenant, with what of that tenant decides what they may do. */
export type PersonMembership = {
  readonly tenantId: string;
  readonly slug: string;
  readonly name: string;
  readonly status: TenantStatus;
  readonly statusReason: string | null;
  readonly plan: PlanCode;
  readonly features: readonly PlanFeature[];
  readonly sells: boolean;
  readonly buys: boolean;
  readonly membershipId: string;
  readonly roles: readonly Role[];
  readonly joinedAt: Date;
};

/** A known person, or null, and the memberships asked for. */
export type PersonMemberships = { readonly personId: string | null; readonly memberships: readonly PersonMembership[] };

/** What runs one statement: a pool, or a transaction. */
export type Query = <Row>(text: string, values: readonly unknown[]) => Promise<readonly Row[]>;

/** What has one statement run, without an answer. */
export type Enqueue = (text: string, values: readonly unknown[]) => void;

type Row = Omit<PersonMembership, 'tenantId' | 'joinedAt'> & {
  readonly personId: string;
  readonly tenantId: string | null;
  readonly joinedAt: string;
};

const MEMBERSHIPS = `SELECT coalesce(json_agg(json_build_object('personId', person_id, 'tenantId', tenant_id, 'slug', slug, 'name', name, 'status', status,
    'statusReason', status_reason, 'plan', plan_code, 'features', features, 'sells', sells, 'buys', buys, 'membershipId', membership_id, 'roles', roles,
    'joinedAt', joined_at)), '[]')::text AS said
  FROM crossing_memberships_of($1, $2, $3::uuid, $4)`;

/**
 * Asks for a person's memberships in tenants that aren't deleted: in the tenant named, or, when
 * `named` is null, everywhere.
 */
export const membershipsStatement = ({ issuer, subject }: Identity, named: TenantName | null): TextQuery => ({
  text: MEMBERSHIPS,
  values: [issuer, subject, named && 'id' in named ? named.id : null, named && 'slug' in named ? named.slug : null],
});

/** What {@link membershipsStatement} said. */
export function membershipsIn(result: string): PersonMemberships {
  const rows = JSON.parse(result) as readonly Row[];
  const known = rows.filter((row): row is Row & { tenantId: string } => row.tenantId !== null);
  const memberships = known.map(({ personId: _, joinedAt, ...membership }) => ({ ...membership, joinedAt: new Date(joinedAt) }));
  return { personId: rows[0]?.personId ?? null, memberships };
}

/** What asks one statement for a text. */
export type RunTextQuery = (query: TextQuery) => Promise<string | null>;

/**
 * A person's memberships in tenants that aren't deleted: in the tenant named, or, when `named` is
 * null, everywhere.
 */
export const membershipsOf = async (queryText: RunTextQuery, identity: Identity, named: TenantName | null): Promise<PersonMemberships> =>
  membershipsIn((await queryText(membershipsStatement(identity, named)))!);

/** What a verified token says of a person. */
export type Profile = Identity & { readonly name: string; readonly email: string | null; readonly emailVerified: boolean };

/**
 * Makes or refreshes a person's row and binds the transaction to that person, whose sign-ups wait
 * for each other until it ends. Answers the person's id, which is `candidate` for a new person.
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

/** How many Free tenants the bound person owns. */
export async function ownedFreeTenants(query: Query): Promise<number> {
  const [row] = await query<{ count: number }>('SELECT crossing_owned_free_tenants() AS count', []);
  return row!.count;
}

/** The tenants in which something is due at a moment. */
export async function dueTenants(query: Query, moment: Date): Promise<readonly string[]> {
  const rows = await query<{ id: string }>('SELECT id FROM crossing_due_tenants($1::timestamptz) AS id ORDER BY id', [moment]);
  return rows.map(({ id }) => id);
}

/**
 * The first broken link of a tenant's audit chain: `missing`, `changed`, `relinked`, or `cut` at
 * its end (SPEC A2).
 */
export type AuditBreak = { readonly tenantId: string; readonly seq: number; readonly fault: string };

/** Every broken chain, by its first broken link, and how much was looked at. */
export async function auditBreaks(query: Query): Promise<{ breaks: readonly AuditBreak[]; tenants: number; events: number }> {
  const breaks = await query<AuditBreak>('SELECT tenant_id AS "tenantId", seq, fault FROM crossing_audit_breaks() ORDER BY 1', []);
  const [size] = await query<{ tenants: number; events: number }>(
    'SELECT tenants::int AS tenants, events::int AS events FROM crossing_audit_size()',
    [],
  );
  return { breaks, ...size! };
}

/** A link of a tenant's chain: its place, and its hash in hexadecimal digits. */
export type AuditAnchor = { readonly tenantId: string; readonly seq: number; readonly hash: string };

/** The last link of every chain. */
export const auditHeads = (query: Query): Promise<readonly AuditAnchor[]> =>
  query<AuditAnchor>(`SELECT tenant_id AS "tenantId", seq, encode(hash, 'hex') AS hash FROM crossing_audit_heads() ORDER BY 1`, []);

/**
 * Those of earlier heads that are no link of their chain any more, and whose tenant wasn't deleted:
 * somebody wrote it anew.
 */
export const lostAnchors = (query: Query, anchors: readonly AuditAnchor[]): Promise<readonly { tenantId: string; seq: number }[]> =>
  query(
    `SELECT tenant_id AS "tenantId", seq
     FROM crossing_audit_lost($1::uuid[], $2::int[], ARRAY(SELECT decode(h, 'hex') FROM unnest($3::text[]) WITH ORDINALITY AS t (h, n) ORDER BY n)) ORDER BY 1`,
    [anchors.map(({ tenantId }) => tenantId), anchors.map(({ seq }) => seq), anchors.map(({ hash }) => hash)],
  );

/** Buries the bound tenant if its grace period is over at `moment` (SPEC S4); whether it did. */
export async function buryTenant(query: Query, moment: Date): Promise<boolean> {
  const [row] = await query<{ buried: boolean }>('SELECT bury_tenant($1::timestamptz) AS buried', [moment]);
  return row!.buried;
}

/**
 * Removes a batch of the rows of the bound, deleted tenant: the table that it was of, or null when
 * nothing is left.
 */
export async function purgeRows(query: Query, atMost: number, moment: Date): Promise<string | null> {
  const [row] = await query<{ table: string | null }>('SELECT purge_rows($1::int, $2::timestamptz) AS table', [atMost, moment]);
  return row!.table;
}
