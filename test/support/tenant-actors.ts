import type { PlanCode, Role } from '../../src/access/vocabulary.ts';
import type { Settings } from '../../src/domain/core/services.ts';
import type { BudgetSettings } from '../../src/http/budget/open.ts';
import type { StartOptions } from '../../src/main.ts';
import { fixtures, type Member, type Person, type Tenant, type TestDatabase, useDatabase } from './database.ts';
import { type Answer, codeIn, type TestGateway, useGateway } from './gateway.ts';

const KEY = 'apiKey { id name prefix scopes holderName holderLeft createdAt rotatedAt expiresAt revokedAt lastUsedAt earlierSecretUntil }';

/** The selection of each mutation's payload. */
const SELECTIONS = {
  createTenant: 'membership { tenantId slug name status plan roles joinedAt }',
  renameTenant: 'tenant { tenantId name }',
  setBillingEmail: 'tenant { billingEmail }',
  changePlan: 'tenant { plan { code } }',
  requestTenantDeletion: 'tenant { tenantId status deletionDueAt }',
  cancelTenantDeletion: 'tenant { tenantId status }',
  inviteMember: 'invitation { id email roles invitedBy createdAt expiresAt sentAt }',
  revokeInvitation: 'revokedInvitationId',
  acceptInvitation: 'membership { tenantId slug name status statusReason plan roles joinedAt }',
  declineInvitation: 'declinedInvitationId',
  setMemberRoles: 'membership { id roles user { name } }',
  removeMember: 'removedMembershipId',
  dropRoles: 'roles',
  leaveTenant: 'leftTenantId',
  requestOwnershipTransfer: 'code expiresAt',
  confirmOwnershipTransfer: 'tenant { tenantId }',
  cancelOwnershipTransfer: 'tenant { tenantId }',
  createApiKey: `secret ${KEY}`,
  narrowApiKey: KEY,
  rotateApiKey: `secret ${KEY}`,
  revokeApiKey: KEY,
  handOverApiKey: KEY,
  createDataset: 'dataset { id name }',
  acquireEntitlement: 'entitlement { id title provider price { amount currency } acquiredAt endedAt availability }',
  endEntitlement: 'entitlement { id endedAt }',
  retrieveObject:
    'retrieval { id usageRecordId objectId name size sha256 mediaType charge { amount currency } retrievedAt expiresAt downloadLink }',
  renewDownloadLink: 'downloadLink expiresAt',
  staffArrangeEnterprise: 'tenant { tenantId }',
  staffSuspendTenant: 'tenant { tenantId status statusReason }',
  eraseMyself: 'requestedAt',
  staffResumeTenant: 'tenant { tenantId status }',
} as const;

export type Verb = keyof typeof SELECTIONS;

const inputOf = (verb: Verb) => `${verb[0]!.toUpperCase()}${verb.slice(1)}Input`;

/** The document of a mutation, with the variable `input`. */
export const documentOf = (verb: Verb): string => `mutation ($input: ${inputOf(verb)}!) { ${verb}(input: $input) { ${SELECTIONS[verb]} } }`;

/** A caller: a token, and the tenant of the header. */
export type Actor = { readonly token: string; readonly tenant?: string | undefined };

/** A caller who is a member. */
export type MemberActor = Actor & { readonly person: Person; readonly member: Member; readonly membershipId: string };

/** A tenant with its owner. */
export type TenantWithMembers = { readonly tenant: Tenant; readonly owner: MemberActor };

/** The result of a mutation: its payload, or its errors and the code of the first. */
export type Outcome = Pick<Answer, 'errors' | 'status' | 'headers'> & {
  // biome-ignore lint/suspicious/noExplicitAny: tests know what they selected
  readonly payload: any;
  readonly code: string | null;
};

/** An audit event as tests compare it. */
export type Event = {
  readonly actor: string;
  readonly action: string;
  readonly code: string | null;
  readonly target: string | null;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
};

/** The global id of a tenant's row. */
export const globalId = (type: string, tenantId: string, id: string): string =>
  Buffer.from(`${type}:${tenantId}:${id}`).toString('base64url');

/** A gateway for a test file, with helpers for members and tenants; see {@link useResource}. */
export function useTenantActors(
  options: {
    poolSize?: number;
    settings?: Partial<Settings>;
    deprecatedUseInterval?: number;
    heartbeat?: number;
    budget?: BudgetSettings;
    metrics?: StartOptions['metrics'];
  } = {},
): TenantActors {
  const database = useDatabase();
  return lifeOf(database, useGateway(database, options));
}

export type TenantActors = ReturnType<typeof lifeOf>;

export function lifeOf(database: TestDatabase, gateway: TestGateway) {
  const make = fixtures(database);
  let made = 0;
  const next = (name: string) => `${name} ${++made}`;

  const actor = async (tenant: Tenant, member: Member, claims = {}): Promise<MemberActor> => ({
    token: await gateway.tokenOf(member.person, claims),
    tenant: tenant.id,
    person: member.person,
    member,
    membershipId: globalId('Membership', tenant.id, member.id),
  });

  const run = async (who: Actor, verb: Verb, input: object = {}, headers: Record<string, string> = {}): Promise<Outcome> => {
    const { data, errors, ...answer } = await gateway.ask(documentOf(verb), {
      token: who.token,
      tenant: who.tenant,
      variables: { input },
      headers,
    });
    return { ...answer, payload: data?.[verb], errors, code: (errors[0]?.extensions.code as string) ?? null };
  };

  return {
    database,
    gateway,
    make,
    run,
    actor,

    /** Runs a mutation and throws if it fails. */
    async must(who: Actor, verb: Verb, input: object = {}, headers: Record<string, string> = {}) {
      const { payload, errors } = await run(who, verb, input, headers);
      if (errors.length) throw new Error(`${verb}: ${JSON.stringify(errors)}`);
      return payload;
    },

    /** Creates a tenant. */
    async home(plan: PlanCode = 'PROFESSIONAL'): Promise<TenantWithMembers> {
      const person = await make.person(next('Olive Owner'));
      const tenant = await make.tenant(`home-${made}`, person, { plan, name: `Home ${made}` });
      return { tenant, owner: await actor(tenant, tenant.owner) };
    },

    /** Creates a member with these roles. */
    async join({ tenant }: TenantWithMembers, roles: readonly Role[]): Promise<MemberActor> {
      return actor(tenant, await make.member(tenant, await make.person(next(`Mia ${roles[0]}`)), roles));
    },

    /** A person whom the database doesn't know: only a token. */
    async stranger(email: string, claims = {}): Promise<Actor & { readonly subject: string }> {
      const subject = next('stranger').replace(' ', '-');
      return { subject, token: await gateway.tokens.sign({ sub: subject, name: `Sam ${made}`, email, ...claims }) };
    },

    staff: async (): Promise<Actor> => ({
      token: await gateway.tokenOf({ subject: 'staff', name: 'Dana' }, { ipto_staff: true }),
    }),

    /** Runs the jobs and returns the code in the latest message to an address. */
    async codeFor(email: string): Promise<string> {
      await gateway.settle();
      const message = gateway.sent.findLast(({ to }) => to === email);
      if (!message) throw new Error(`no message to ${email}`);
      return codeIn(message);
    },

    /** The audit events of a tenant, oldest first. */
    async events({ tenant }: Pick<TenantWithMembers, 'tenant'>): Promise<Event[]> {
      return database.sql<Event>(
        `SELECT actor_name AS actor, action, code, target_type || ':' || target_id AS target, state_before AS before, state_after AS after
         FROM audit_event WHERE tenant_id = $1 ORDER BY seq`,
        [tenant.id],
      );
    },

    /** The roles of each membership of a tenant. */
    async roles({ tenant }: Pick<TenantWithMembers, 'tenant'>): Promise<Record<string, string[]>> {
      const rows = await database.sql<{ id: string; roles: string[] }>('SELECT id, roles FROM membership WHERE tenant_id = $1', [
        tenant.id,
      ]);
      return Object.fromEntries(rows.map(({ id, roles }) => [id, roles]));
    },
  };
}
