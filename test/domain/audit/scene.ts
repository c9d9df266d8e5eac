import type { Role } from '../../../src/access/vocabulary.ts';
import { fixtures, type Member, type Person, type TestDatabase } from '../../support/database.ts';
import type { Answer, TestGateway } from '../../support/gateway.ts';
import { UPLOAD } from '../../support/provider.ts';

/** An event as the table holds it, but for its id and its links. */
export type Event = {
  readonly seq: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly outcome: string;
  readonly rule: string;
  readonly code: string | null;
  readonly target: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly request: string;
};

const EVENTS = `
  SELECT seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, concat_ws('|', actor_kind, actor_id, actor_name) AS actor, action, outcome,
    rule, code, target_type || ':' || target_id AS target, state_before AS before, state_after AS after, request_id AS request
  FROM audit_event WHERE tenant_id = $1 ORDER BY seq`;

/** A tenant's events in their order, read by a superuser. */
export const eventsOf = ({ sql }: Pick<TestDatabase, 'sql'>, tenantId: string): Promise<Event[]> => sql<Event>(EVENTS, [tenantId]);

export const nodeId = (type: 'Membership' | 'Invitation' | 'ApiKey', { tenantId, id }: { tenantId: string; id: string }) =>
  Buffer.from(`${type}:${tenantId}:${id}`).toString('base64url');

/** Who an event is by, as {@link EVENTS} writes it. */
export const by = ({ id, name }: Pick<Person, 'id' | 'name'>) => `user|${id}|${name}`;
export const STAFF = { subject: 'staff-1', name: 'Dana' };

type Input = Readonly<Record<string, unknown>>;
type Options = { readonly key?: string; readonly tenant?: string | undefined };

let scenes = 0;
let requests = 0;

/**
 * A tenant of a test's own with an owner, an admin, a viewer and an operator, and somebody who is
 * no member, each known to the database.
 */
export async function setScene(database: TestDatabase, gateway: TestGateway, plan: 'FREE' | 'STARTER' | 'PROFESSIONAL' = 'STARTER') {
  scenes += 1;
  const make = fixtures(database);
  const person = (what: string) => make.person(`${what} ${scenes}`);
  const { owner, ...tenant } = await make.tenant(`scene-${scenes}`, await person('Olga'), { plan, name: `Scene ${scenes}` });
  const join = async (what: string, role: Role) => make.member(tenant, await person(what), [role]);
  const [admin, viewer, operator] = [await join('Adam', 'admin'), await join('Vera', 'viewer'), await join('Otto', 'operator')];
  const stranger = await person('Stranger');
  // No token is newer, so that signing in changes no row.
  await database.sql("UPDATE person SET signed_in_at = now() + interval '1 day'");

  /** Sends a mutation as a caller, with its own request id. */
  async function send(token: string, name: string, input: Input | null, { key, tenant: header }: Options = {}) {
    requests += 1;
    const request = `request-${requests}`;
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const query = input
      ? `mutation ($input: ${type}!) { ${name}(input: $input) { ${FIELDS[name] ?? '__typename'} } }`
      : `mutation { ${name} { __typename } }`;
    const headers = { 'x-request-id': request, ...(key && { 'idempotency-key': key }) };
    const answer = await gateway.ask(query, { token, variables: { input }, headers, ...(header !== undefined && { tenant: header }) });
    return { request, answer, data: answer.data?.[name], code: codeOf(answer) };
  }
  const tokenOf = (who: Member | Person, claims = {}) => gateway.tokenOf('person' in who ? who.person : who, claims);
  const inTenant = (who: Member | Person) => ('person' in who ? tenant.id : undefined);

  /** A mutation of staff's on any tenant, through the scene's gateway. */
  const staffOf = async (tenantId: string, name: string, input: Input) =>
    send(await gateway.tokenOf(STAFF, { ipto_staff: true }), name, { tenantId, ...input });

  return {
    ...{ make, tenant, owner, admin, viewer, operator, stranger, send, tokenOf },
    target: `Tenant:${tenant.id}`,
    /** A mutation of a caller, and its result. */
    act: async (who: Member | Person, name: string, input: Input | null = null, options: Options = {}) =>
      send(await tokenOf(who), name, input, { tenant: inTenant(who), ...options }),
    /** A mutation of staff's on the scene's tenant. */
    staff: (name: string, input: Input = {}) => staffOf(tenant.id, name, input),
    staffOf,
    /** An invitation that went out, and its code. */
    invite: async (email: string, roles: readonly string[] = ['VIEWER']) => {
      await send(await tokenOf(owner), 'inviteMember', { email, roles }, { tenant: tenant.id });
      await gateway.settle();
      const [{ id } = { id: '' }] = await database.sql<{ id: string }>('SELECT id FROM invitation WHERE tenant_id = $1 AND email = $2', [
        tenant.id,
        email,
      ]);
      const message = gateway.sent.findLast(({ to }) => to === email);
      return { id, code: /ipto_invite_[\w-]+/.exec(message?.text ?? '')?.[0] ?? '' };
    },
    events: () => eventsOf(database, tenant.id),
  };
}

export type Scene = Awaited<ReturnType<typeof setScene>>;

const FIELDS: Readonly<Record<string, string>> = {
  createTenant: 'membership { tenantId }',
  eraseMyself: 'requestedAt',
  requestOwnershipTransfer: 'code expiresAt',
  createApiKey: 'apiKey { id }',
  registerDocuments: 'documents { id }',
  retireDocuments: 'retiredDocuments',
  createWebhook: 'webhook { id }',
  testWebhook: 'delivery { id }',
  redeliverWebhookEvent: 'delivery { id }',
  createDataset: 'dataset { id }',
  addObject: `object { id ${UPLOAD} }`,
  draftListing: 'listing { id }',
};

const codeOf = ({ errors }: Answer) => errors[0]?.extensions.code ?? null;
