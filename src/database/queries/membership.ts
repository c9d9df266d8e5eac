import type { PlanCode, PlanFeature, Role, TenantStatus } from '../../access/vocabulary.ts';
import type { TextQuery } from '../driver/piggyback-query.ts';
import type { RunTextQuery } from '../driver/query.ts';
import type { Identity } from './person.ts';

/** How a request names a tenant. */
export type TenantName = { readonly id: string } | { readonly slug: string };

/** A membership, with the tenant's status, plan and features, on which permissions depend. */
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

/**
 * A membership, the tenant's budget by its plan or contract (null is no limit), and the count of
 * changes of its trusted documents.
 */
export type BudgetedMembership = PersonMembership & { readonly costPointsPerMinute: number | null; readonly documentsRevision: number };

/** The person's id, or null for an unknown person, and the requested memberships. */
export type PersonMemberships = { readonly personId: string | null; readonly memberships: readonly BudgetedMembership[] };

type Row = Omit<BudgetedMembership, 'tenantId' | 'joinedAt'> & {
  readonly personId: string;
  readonly tenantId: string | null;
  readonly joinedAt: string;
};

const MEMBERSHIPS = `SELECT coalesce(json_agg(json_build_object('personId', person_id, 'tenantId', tenant_id, 'slug', slug, 'name', name, 'status', status,
    'statusReason', status_reason, 'plan', plan_code, 'features', features, 'costPointsPerMinute', cost_points_per_minute, 'documentsRevision', documents_revision, 'sells', sells, 'buys', buys, 'membershipId', membership_id, 'roles', roles,
    'joinedAt', joined_at)), '[]')::text AS memberships
  FROM crossing_memberships_of($1, $2, $3::uuid, $4)`;

/**
 * The query for a person's memberships in tenants that aren't deleted: in the named tenant, or in
 * all if `named` is null.
 */
export const membershipsStatement = ({ issuer, subject }: Identity, named: TenantName | null): TextQuery => ({
  text: MEMBERSHIPS,
  values: [issuer, subject, named && 'id' in named ? named.id : null, named && 'slug' in named ? named.slug : null],
});

/** Parses the result of {@link membershipsStatement}. */
export function membershipsIn(result: string): PersonMemberships {
  const rows = JSON.parse(result) as readonly Row[];
  const members = rows.filter((row): row is Row & { tenantId: string } => row.tenantId !== null);
  const memberships = members.map(({ personId: _, joinedAt, ...membership }) => ({ ...membership, joinedAt: new Date(joinedAt) }));
  return { personId: rows[0]?.personId ?? null, memberships };
}

/** Runs {@link membershipsStatement}. */
export const membershipsOf = async (queryText: RunTextQuery, identity: Identity, named: TenantName | null): Promise<PersonMemberships> =>
  membershipsIn((await queryText(membershipsStatement(identity, named)))!);
