import type { PlanCode, PlanFeature, Role, TenantStatus } from '../access/vocabulary.ts';
import { SETTINGS } from './binding.ts';

/**
 * The only ways past the bound tenant (SPEC T5). Each is a narrow function of the database, SECURITY DEFINER, made by a migration;
 * a test holds this list against the catalogue. `callable`: the gateway's role may call it; the others are triggers.
 */
// biome-ignore format: a table is read by its columns
export const CROSSINGS = {
  crossing_memberships_of:     { callable: true,  reason: "A person's own memberships: which tenants somebody may choose from is known before any is bound." },
  crossing_register_person:    { callable: true,  reason: 'Sign-up: a person who is a member nowhere yet gets a row, or has it refreshed from the verified token.' },
  crossing_owned_free_tenants: { callable: true,  reason: 'Sign-up: how many Free tenants the bound person owns already; a count, of oneself.' },
  assert_owner:                { callable: false, reason: 'Trigger: a tenant that is not deleted has an owner when a transaction commits, whoever writes.' },
  claim_slug:                  { callable: false, reason: 'Trigger: slugs are unique among all tenants, in a table that no request can read.' },
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
export type Ask = <Row>(text: string, values: readonly unknown[]) => Promise<readonly Row[]>;

type Row = Omit<PersonMembership, 'tenantId'> & { readonly personId: string; readonly tenantId: string | null };

/** A person's memberships in tenants that aren't deleted: in the tenant named, or, when `named` is null, everywhere. */
export async function membershipsOf(ask: Ask, { issuer, subject }: Identity, named: TenantName | null): Promise<PersonMemberships> {
  const rows = await ask<Row>(
    `SELECT person_id AS "personId", tenant_id AS "tenantId", slug, name, status, status_reason AS "statusReason", plan_code AS plan, features,
       sells, buys, membership_id AS "membershipId", roles, joined_at AS "joinedAt"
     FROM crossing_memberships_of($1, $2, $3::uuid, $4)`,
    [issuer, subject, named && 'id' in named ? named.id : null, named && 'slug' in named ? named.slug : null],
  );
  const memberships = rows.filter((row): row is Row & { tenantId: string } => row.tenantId !== null);
  return { personId: rows[0]?.personId ?? null, memberships: memberships.map(({ personId: _, ...membership }) => membership) };
}

/** What a verified token says of a person. */
export type Profile = Identity & { readonly name: string; readonly email: string | null; readonly emailVerified: boolean };

/**
 * Makes or refreshes a person's row and binds the transaction to that person, whose sign-ups wait for each other until it ends.
 * Answers the person's id, which is `candidate` for a new person.
 */
export async function registerPerson(
  ask: Ask,
  candidate: string,
  { issuer, subject, name, email, emailVerified }: Profile,
): Promise<string> {
  const [row] = await ask<{ id: string }>(
    `SELECT set_config('${SETTINGS.personId}', crossing_register_person($1::uuid, $2, $3, $4, $5, $6)::text, true) AS id`,
    [candidate, issuer, subject, name, email, emailVerified],
  );
  return row!.id;
}

/** How many Free tenants the bound person owns. */
export async function ownedFreeTenants(ask: Ask): Promise<number> {
  const [row] = await ask<{ count: number }>('SELECT crossing_owned_free_tenants() AS count', []);
  return row!.count;
}
