import type { TestDatabase } from '../support/database.ts';
import { capOf, comparable, type Plan, personOf, type Tenant, type World } from './state.ts';

/**
 * A tenant as the database and the model must agree on it; of a deleted one nothing is left but its
 * tombstone.
 */
export type View = { readonly status: string } & Readonly<Record<string, unknown>>;

const MS = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`;
const LIST = (rows: string) => `(SELECT coalesce(json_agg(r), '[]') FROM (${rows}) r)`;

/** Tenants' rows, and whose each is: everything with a `tenant_id`. */
const TENANT_TABLES = `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'tenant_id' ORDER BY 1`;

// biome-ignore format: a table is read by its columns
const SNAPSHOT = (tables: readonly string[]) => `SELECT json_build_object(
  'tenants',     ${LIST(`SELECT t.*, ${MS('plan_since')} AS since, ${MS('next_plan_due_at')} AS next_due, ${MS('deletion_due_at')} AS due FROM tenant t`)},
  'members',     ${LIST('SELECT m.*, p.subject FROM membership m JOIN person p ON p.id = m.person_id')},
  'invitations', ${LIST(`SELECT tenant_id, id, email, roles, sent_at IS NOT NULL AS sent, ${MS('expires_at')} AS until FROM invitation`)},
  'transfers',   ${LIST(`SELECT o.tenant_id, p.subject, tries_left AS tries, ${MS('expires_at')} AS until FROM ownership_transfer o
                          JOIN membership m ON (m.tenant_id, m.id) = (o.tenant_id, o.to_membership_id) JOIN person p ON p.id = m.person_id`)},
  'contracts',   ${LIST('SELECT tenant_id, member_limit FROM contract')},
  'keys',        ${LIST('SELECT tenant_id FROM idempotency_key')},
  'events',      ${LIST("SELECT tenant_id, action || coalesce('!' || code, '') || ' ' || actor_kind AS text FROM audit_event ORDER BY tenant_id, seq")},
  'tombstones',  ${LIST('SELECT tenant_id FROM tombstone WHERE purged_at IS NOT NULL')},
  'breaks',      ${LIST('SELECT * FROM crossing_audit_breaks()')},
  'digests',     (SELECT coalesce(json_object_agg(tenant_id, digest), '{}') FROM (SELECT tenant_id, md5(string_agg(row, chr(10) ORDER BY row)) AS digest
                  FROM (${tables.map(name => `SELECT tenant_id, '${name}' || to_jsonb(x)::text AS row FROM ${name} x`).join(' UNION ALL ')}) rows GROUP BY 1) d)
) AS snapshot`;

type Of<Columns> = readonly (Columns & { readonly tenant_id: string })[];

/** All that the database holds of tenants. */
export type Snapshot = {
  readonly tenants: Of<{ [column: string]: string | number | null }>;
  readonly members: Of<{ id: string; subject: string; roles: string[] }>;
  readonly invitations: Of<{ id: string; email: string; roles: string[]; sent: boolean; until: number }>;
  readonly transfers: Of<{ subject: string; tries: number; until: number }>;
  readonly contracts: Of<{ member_limit: number | null }>;
  readonly keys: Of<unknown>;
  readonly events: Of<{ text: string }>;
  readonly tombstones: Of<unknown>;
  readonly breaks: Of<unknown>;
  readonly digests: Readonly<Record<string, string>>;
};

/** Reads everything, as a superuser. */
export async function observer(database: TestDatabase): Promise<() => Promise<Snapshot>> {
  const tables = await database.sql<{ name: string }>(TENANT_TABLES);
  const statement = SNAPSHOT(tables.map(({ name }) => name));
  return async () => (await database.sql<{ snapshot: Snapshot }>(statement))[0]!.snapshot;
}

const of = <Row extends { tenant_id: string }>(rows: readonly Row[], id: string) => rows.filter(({ tenant_id }) => tenant_id === id);
const sorted = (texts: readonly string[]) => [...texts].sort();

/** A tenant as the database has it. */
export function viewOf(snapshot: Snapshot, id: string): View {
  const { tenants, members, invitations, transfers, contracts, keys, events, tombstones } = snapshot;
  const [tenant] = of(tenants, id);
  if (!tenant)
    return { status: of(tombstones, id).length ? 'deleted' : 'unknown', rows: of([...members, ...events, ...keys, ...invitations], id) };
  const [transfer, contract] = [of(transfers, id)[0], of(contracts, id)[0]];
  return {
    ...{ status: String(tenant.status), reason: tenant.status_reason, slug: tenant.slug, name: tenant.name, billing: tenant.billing_email },
    ...{ before: tenant.status_before, reasonBefore: tenant.status_reason_before, deletionDue: tenant.due },
    ...{ plan: tenant.plan_code, since: tenant.since, nextPlan: tenant.next_plan_code, nextDue: tenant.next_due },
    contract: contract ? contract.member_limit : 'none',
    members: sorted(of(members, id).map(({ subject, roles }) => `${subject}: ${sorted(roles)}`)),
    invitations: sorted(of(invitations, id).map(({ email, roles, sent, until }) => `${email}: ${sorted(roles)} ${until} ${sent}`)),
    transfer: transfer ? `${transfer.subject} ${transfer.tries} ${transfer.until}` : null,
    keys: of(keys, id).length,
    log: of(events, id).map(({ text }) => text),
  };
}

/** A tenant as the model has it. */
export function modelView(tenant: Tenant): View {
  const { status, reason, slug, name, billing, before, deletionDue, plan, since, next, contract, transfer, keys, log } = tenant;
  if (status === 'deleted') return { status, rows: [] };
  return {
    ...{ status, reason, slug, name, billing, before: before?.status ?? null, reasonBefore: before?.reason ?? null, deletionDue },
    ...{ plan, since, nextPlan: next?.plan ?? null, nextDue: next?.due ?? null },
    contract: contract === undefined ? 'none' : contract,
    members: sorted(tenant.members.map(({ person, roles }) => `${person}: ${sorted(roles)}`)),
    invitations: sorted(tenant.invitations.map(({ email, roles, code, until }) => `${email}: ${sorted(roles)} ${until} ${code !== null}`)),
    transfer: transfer && `${transfer.recipient.person} ${transfer.tries} ${transfer.until}`,
    keys: keys.size,
    log: [...log],
  };
}

/** Takes the ids that the database chose into the model. */
export function learnIds(world: World, { members, invitations }: Snapshot): void {
  for (const member of world.members.filter(({ id }) => !id))
    member.id = of(members, member.tenant.id).find(({ subject }) => subject === personOf(member.person)!.name)?.id ?? '';
  for (const invitation of world.invitations.filter(({ id }) => !id))
    invitation.id = of(invitations, invitation.tenant.id).find(({ email }) => email === comparable(invitation.email))?.id ?? '';
}

type Use = { readonly members: number; readonly places: number };

const MOVES = ['active suspended', 'suspended active', 'active pending_deletion', 'suspended pending_deletion'];

/**
 * What can't be, whatever the model says: from the database alone, before and after one command.
 */
export function* violations(before: Snapshot, after: Snapshot, now: number): Generator<string> {
  for (const { tenant_id: id, fault } of after.breaks as Of<{ fault?: string }>) yield `A2: the log of ${id} is broken: ${fault}`;
  for (const { tenant_id: id, status, plan_code } of after.tenants) {
    const owners = of(after.members, id).filter(({ roles }) => roles.includes('owner')).length;
    if (owners !== 1) yield `R2: ${id} has ${owners} owners`;
    const [was] = of(before.tenants, id);
    if (was && was.status !== status && !MOVES.includes(`${was.status} ${status}`))
      if (was.status !== 'pending_deletion' || was.status_before !== status) yield `S: ${id} went from ${was.status} to ${status}`;
    const cap = capOf(plan_code as Plan, of(after.contracts, id)[0]?.member_limit);
    const [then, since] = [before, after].map(({ members, invitations }) => {
      const joined = of(members, id).length;
      return { members: joined, places: joined + of(invitations, id).filter(({ until }) => until > now).length };
    }) as [Use, Use];
    for (const what of ['members', 'places'] as const)
      if (cap !== null && since[what] > cap && since[what] > then[what])
        yield `P3: ${id} grew to ${since[what]} ${what}; the cap is ${cap}`;
  }
  for (const { tenant_id: id, status } of before.tenants)
    if (!of(after.tenants, id).length && status !== 'pending_deletion') yield `S: ${id} went from ${status} to nothing`;
}
