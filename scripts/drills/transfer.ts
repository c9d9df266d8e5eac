import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Drill, drill } from './drill.ts';
import { createIssuer, ISSUER } from './tokens.ts';

/**
 * `tsx scripts/drills/transfer.ts --rounds N`: kills the gateway N times, at random moments, while
 * members transfer ownership and change roles, the name and invitations. Checks each time that
 * there is one owner, that the audit chain is whole, that the rows agree with the log, and that
 * every answered change is kept (SPEC O2, A1, A2).
 */

const MEMBERS = 6;
/** Ownership is transferred among the first four members; the others get new roles. */
const isRecipient = ({ subject }: Member) => subject <= 'person-4';
/** A gateway is killed after at most this many answers, and this many ms after the last one. */
const [MAX_ANSWERS, MAX_MS] = [20, 50];

type Client = {
  /** One mutation; null when the gateway is gone or refuses. */
  ask(subject: string, mutation: string, input: object, selection: string): Promise<Record<string, Record<string, unknown>> | null>;
  /** The ids of the requests that were answered without an error. */
  readonly answered: string[];
};

const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)]!;
const memberId = (tenantId: string, id: string) => Buffer.from(`Membership:${tenantId}:${id}`).toString('base64url');

/** Waits until the gateway has answered `count` requests. */
async function answers({ answered }: Client, count: number): Promise<void> {
  while (answered.length < count) await sleep(1);
}

async function found({ sql }: Drill): Promise<string> {
  const id = randomUUID();
  await sql(`
    BEGIN;
    INSERT INTO person (id, issuer, subject, name, email, email_verified)
      SELECT gen_random_uuid(), '${ISSUER}', 'person-' || n, 'person-' || n, 'person-' || n || '@people.example', true FROM generate_series(1, ${MEMBERS}) n;
    INSERT INTO tenant (tenant_id, slug, name, plan_code) VALUES ('${id}', 'drill', 'Drill', 'PROFESSIONAL');
    INSERT INTO membership (tenant_id, id, person_id, roles)
      SELECT '${id}', gen_random_uuid(), id, CASE subject WHEN 'person-1' THEN '{owner}'::text[] ELSE '{admin}' END FROM person;
    COMMIT`);
  return id;
}

const clientOf = (url: string, tenant: string, tokens: ReadonlyMap<string, string>): Client => {
  const answered: string[] = [];
  return {
    answered,
    ask: async (subject, mutation, input, selection) => {
      const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokens.get(subject)}`, 'x-tenant-id': tenant };
      const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${selection} } }`;
      try {
        const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables: { input } }) });
        const { data, errors } = (await response.json()) as { data: Record<string, Record<string, unknown>>; errors?: unknown };
        if (errors) return null;
        answered.push(response.headers.get('x-request-id')!);
        return data;
      } catch {
        return null; // killed meanwhile
      }
    },
  };
};

type Member = { readonly id: string; readonly subject: string; readonly roles: string[] };
type Work = (world: Drill, client: Client, tenantId: string) => Promise<void>;

const members = ({ sql }: Pick<Drill, 'sql'>, tenantId: string) =>
  sql<Member>('SELECT m.id, p.subject, m.roles FROM membership m JOIN person p ON p.id = m.person_id WHERE m.tenant_id = $1', [tenantId]);

async function ownerAndOther(world: Drill, tenantId: string, among: (member: Member) => boolean): Promise<[owner: Member, other: Member]> {
  const all = await members(world, tenantId);
  return [all.find(({ roles }) => roles.includes('owner'))!, pick(all.filter(member => among(member) && !member.roles.includes('owner')))];
}

const transfers: Work = async (world, { ask }, tenantId) => {
  const [owner, recipient] = await ownerAndOther(world, tenantId, isRecipient);
  const asked = await ask(owner.subject, 'requestOwnershipTransfer', { membershipId: memberId(tenantId, recipient.id) }, 'code');
  if (asked) await ask(owner.subject, 'confirmOwnershipTransfer', { code: asked.requestOwnershipTransfer!.code }, 'tenant { name }');
};

const roles: Work = async (world, { ask }, tenantId) => {
  const [owner, other] = await ownerAndOther(world, tenantId, member => !isRecipient(member));
  const held = other.roles.join().toUpperCase();
  const given = pick(
    [['ADMIN'], ['ADMIN', 'VIEWER'], ['BUYER_MANAGER'], ['SELLER_MANAGER', 'OPERATOR']].filter(roles => roles.join() !== held),
  );
  await ask(owner.subject, 'setMemberRoles', { membershipId: memberId(tenantId, other.id), roles: given }, '__typename');
};

const names: Work = async (world, { ask }, tenantId) => {
  const [owner] = await ownerAndOther(world, tenantId, isRecipient);
  await ask(owner.subject, 'renameTenant', { name: `Drill ${randomUUID()}` }, '__typename');
};

const invitations: Work = async (world, { ask }, tenantId) => {
  const [owner] = await ownerAndOther(world, tenantId, isRecipient);
  const email = `guest-${pick([1, 2, 3])}@people.example`;
  const made = await ask(owner.subject, 'inviteMember', { email, roles: ['VIEWER'] }, 'invitation { id }');
  const { id: invitationId } = (made?.inviteMember?.invitation ?? {}) as { id?: string };
  if (invitationId && Math.random() < 0.5) await ask(owner.subject, 'revokeInvitation', { invitationId }, '__typename');
};

type Event = { readonly action: string; readonly target: string; readonly after: Record<string, unknown> | null; readonly request: string };

/** The state after all events of the log. */
function replay(events: readonly Event[]) {
  const state = { name: 'Drill', roles: {} as Record<string, unknown>, invitations: new Set<string>(), transferTo: null as string | null };
  let last: Event | null = null;
  for (const event of events) {
    const { action, target, after } = event;
    if (action === 'tenant.rename') state.name = after!.name as string;
    if (action === 'member.set_roles') state.roles[target] = after!.roles;
    if (action === 'ownership.confirm') Object.assign(state.roles, after!.roles);
    if (action === 'ownership.request') state.transferTo = target;
    else if (action.startsWith('ownership.')) state.transferTo = null;
    if (action === 'invitation.revoke') state.invitations.delete(target);
    if (action === 'invitation.replace') state.invitations.delete((event as unknown as { before: { id: string } }).before.id);
    if (action === 'invitation.create' || action === 'invitation.replace') state.invitations.add(target);
    last = event;
  }
  return { ...state, last };
}

async function check({ sql, fault }: Drill, tenantId: string, answered: readonly string[]): Promise<void> {
  const all = await members({ sql }, tenantId);
  const owners = all.filter(({ roles }) => roles.includes('owner'));
  if (owners.length !== 1) fault(`${owners.length} owners`);
  for (const { seq, fault: what } of await sql('SELECT seq, fault FROM crossing_audit_breaks()')) fault(`audit event ${seq}: ${what}`);
  const events = await sql<Event>(
    `SELECT action, target_id AS target, state_before AS before, state_after AS after, request_id AS request
     FROM audit_event WHERE tenant_id = $1 AND outcome = 'done' ORDER BY seq`,
    [tenantId],
  );
  const logged = replay(events);
  for (const { id, subject, roles } of all) {
    const expected = logged.roles[id];
    if (expected && !isDeepStrictEqual(expected, roles)) fault(`${subject} has ${roles}, the log says ${expected}`);
  }
  const [tenant] = await sql('SELECT name FROM tenant WHERE tenant_id = $1', [tenantId]);
  if (tenant!.name !== logged.name) fault(`the name is ${tenant!.name}, the log says ${logged.name}`);
  const open = (await sql('SELECT id FROM invitation WHERE tenant_id = $1 ORDER BY id', [tenantId])).map(({ id }) => id);
  if (!isDeepStrictEqual(open, [...logged.invitations].sort()))
    fault(`${open.length} invitations, the log says ${logged.invitations.size}`);
  const [transfer] = await sql('SELECT to_membership_id AS to FROM ownership_transfer WHERE tenant_id = $1', [tenantId]);
  if ((transfer?.to ?? null) !== logged.transferTo)
    fault(`a transfer to ${transfer?.to ?? 'nobody'}, the log says ${logged.transferTo ?? 'nobody'}`);
  const kept = new Set(events.map(({ request }) => request));
  for (const request of answered) if (!kept.has(request)) fault(`request ${request} was answered, and its event is gone`);
}

await drill('transfer', async world => {
  const { rounds, child, runtimeUrl } = world;
  const { keys, tokenOf } = await createIssuer();
  const tenantId = await found(world);
  const tokens = new Map<string, string>();
  for (let n = 1; n <= MEMBERS; n += 1) tokens.set(`person-${n}`, await tokenOf(`person-${n}`));
  const env = { DRILL_DATABASE_URL: runtimeUrl, DRILL_KEYS: JSON.stringify(keys) };
  const changes: number[] = [];
  for (let kills = 0; kills < rounds; kills += 1) {
    const gateway = await child<string>('./transfer-child.ts', env);
    const client = clientOf(gateway.first, tenantId, tokens);
    const over = new AbortController();
    const at = [transfers, transfers, roles, names, invitations].map(async work => {
      while (!over.signal.aborted) await work(world, client, tenantId);
    });
    await answers(client, 1 + Math.random() * MAX_ANSWERS);
    await sleep(Math.random() * MAX_MS);
    await gateway.kill();
    over.abort();
    await Promise.all(at);
    changes.push(client.answered.length);
    await check(world, tenantId, client.answered);
  }
  process.stderr.write(`answered before each kill: ${changes.join(' ')}\n`);
  return rounds;
});
