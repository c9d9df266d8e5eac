import { createHash, randomUUID } from 'node:crypto';
import { uuidv7 as uuid } from 'uuidv7';
import { fixtures, type Person, type TestDatabase } from '../support/database.ts';
import { hashOf } from '../support/documents.ts';
import { insertNumberedEvent } from '../support/isolation/event-rows.ts';
import { insertWebhook } from '../support/webhooks.ts';
import { type PermissionName, type Plan, type Role, STATUSES, type Status } from './expectation.ts';
import { type Kept, keepRows } from './kept.ts';
import { createProvider, createTrade } from './trade.ts';
import { NODES, type NodeType } from './walk.ts';

/** A tenant with rows for every mutation, as global ids. */
export type Place = {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** One of each type of node. */
  readonly ids: readonly string[];
  /** A member whom others can change or remove. */
  readonly junior: string;
  /** The recipient of a pending ownership transfer with {@link TRANSFER_CODE}. */
  readonly recipient: string;
  readonly invitation: string;
  /** The owner's membership, or the admin's if the caller is the owner. */
  readonly keeper: string;
  /** An API key that the caller holds, if they are a member: global id, row and text. */
  readonly apiKey: { readonly id: string; readonly row: string; readonly text: string };
  /**
   * An empty dataset, an object whose bytes are uploaded but not confirmed, and listings of
   * datasets with a stored object.
   */
  readonly bare: string;
  readonly waiting: string;
  readonly draft: string;
  readonly published: string;
  readonly webhook: string;
  readonly entitlement: string;
  readonly usage: string;
  /** A listing that the tenant can acquire. */
  readonly listing: string;
  /** An object of its entitlement. */
  readonly object: string;
  /** The codes of the invitations to people who aren't members, by address. */
  readonly codes: Readonly<Record<string, string>>;
};

export type Places = Readonly<Record<Status, Place>>;

/**
 * Tenants in every status: four with the caller as a member, four without. Every mutation can
 * succeed for a caller with the permission. Their plan has every feature; one more tenant of the
 * caller's has a plan without.
 */
export type World = {
  readonly caller: Person;
  /** A registered person without memberships. */
  readonly stranger: Person;
  readonly own: Places;
  readonly foreign: Places;
  readonly modest: Place;
  /** A deleted tenant, of which only the tombstone remains. */
  readonly gone: string;
  readonly rows: Kept;
  /** Gives the caller these roles in each of their tenants, which keep exactly one owner. */
  setRoles(roles: readonly Role[]): Promise<void>;
  /** Gives every API key these scopes, which may be unknown permissions. */
  setScopes(scopes: readonly string[]): Promise<void>;
};

/** Confirms any of the transfers. */
export const TRANSFER_CODE = '7K3M-9QXA-2B4D';

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest();
const globalId = (type: string, ...ids: readonly string[]) => Buffer.from([type, ...ids].join(':')).toString('base64url');

/** The id of one row of each type of node. */
type NodeRows = Readonly<Record<NodeType, string>>;

/** The types whose global ids don't contain the tenant. */
const WITHOUT_TENANT: readonly NodeType[] = [
  ...(['Tenant', 'User', 'MarketplaceListing', 'OwnershipTransfer', 'Marketplace', 'Plan', 'Viewer'] as const),
  ...(['StaffTenant', 'Tombstone'] as const),
];

/** A period around the present, in milliseconds. */
const PERIOD = [Date.now() - 40 * 86_400_000, Date.now() + 40 * 86_400_000].join(':');

/** The ids of no tenant's rows: there is one plan by a name, and this viewer is nobody. */
const COMMON = { Usage: PERIOD, Analytics: PERIOD, Plan: 'FREE', Viewer: '0'.repeat(64) };

/** The global ids of a tenant's rows, in the order of `NODES`. */
const globalIds = (tenant: string, rows: NodeRows): readonly string[] =>
  NODES.map(type => globalId(type, ...(WITHOUT_TENANT.includes(type) ? [] : [tenant]), rows[type]));

/** Ids of all types without a row. */
export const nowhere = () =>
  globalIds(uuid(), {
    ...(Object.fromEntries(NODES.map(type => [type, uuid()])) as NodeRows),
    ...COMMON,
    EntitledObject: `${uuid()}:${uuid()}`,
  });

const SECRET = Buffer.alloc(32, 7);
const codeOf = (tenant: string, invitation: string) =>
  `ipto_invite_${Buffer.concat([Buffer.from(`${tenant}${invitation}`.replaceAll('-', ''), 'hex'), SECRET]).toString('base64url')}`;

/** The scopes of an API key, unless it is the caller. */
const SCOPES: readonly PermissionName[] = ['tenant:read', 'usage:read'];

export async function createWorld(database: TestDatabase): Promise<World> {
  const { sql } = database;
  const make = fixtures(database);
  const [caller, stranger] = [await make.person('Caller'), await make.person('Stranger')];
  const provider = await createProvider(database);
  const gone = uuid();
  await sql(`INSERT INTO tombstone (tenant_id, created_at, deletion_requested_at, deleted_at, purged_at) VALUES ('${gone}', now(), now(), now(), now());
    INSERT INTO purge_receipt VALUES ('${gone}', 'membership', 3), ('${gone}', 'tenant', 1)`);

  /** An invitation with every field set. */
  async function invite(tenant: string, email: string): Promise<string> {
    const id = uuid();
    await sql(
      `INSERT INTO invitation (tenant_id, id, email, roles, secret_hash, inviter, expires_at, sent_at, tries, reply_code, next_try_at)
       VALUES ($1, $2, $3, '{viewer}', $4, 'Keeper', now() + interval '7 days', now(), 1, 450, now())`,
      [tenant, id, email, sha256(SECRET)],
    );
    return id;
  }

  /**
   * A key with every field set. Its last use is a day ahead, so that requests don't update it.
   */
  async function makeKey(tenant: string, holder: string) {
    const row = randomUUID();
    const bytes = Buffer.concat([Buffer.from(`${row}${tenant}`.replaceAll('-', ''), 'hex'), SECRET]);
    await sql(
      `INSERT INTO api_key (tenant_id, id, name, scopes, secret_hash, earlier_hash, earlier_expires_at, holder_id, holder_name, rotated_at, expires_at, last_used_at, cost_points_per_minute)
       VALUES ($1, $2, 'Key', $3, $4, sha256('x'), now() + interval '1 day', $5, 'Holder', now(), now() + interval '9 days', now() + interval '1 day', 1000000)`,
      [tenant, row, SCOPES, sha256(Buffer.concat([Buffer.from('ipto api key\0'), bytes])), holder],
    );
    return { row, id: globalId('ApiKey', tenant, row), text: `ipto_${bytes.toString('base64url')}` };
  }

  /**
   * Datasets: a published one with an object that isn't uploaded yet, a drafted one, and an empty
   * one.
   */
  async function supply(tenant: string) {
    const [dataset, drafted, bare, object, listing, draft] = [uuid(), uuid(), uuid(), uuid(), uuid(), uuid()];
    await sql(`
      SELECT set_config('app.tenant_id', '${tenant}', true);
      INSERT INTO dataset (tenant_id, id, name, description) VALUES ('${tenant}', '${dataset}', 'Published', 'Text'), ('${tenant}', '${drafted}', 'Drafted', ''),
        ('${tenant}', '${bare}', 'Bare', '');
      INSERT INTO data_object (tenant_id, id, dataset_id, name, size, media_type, sha256, stored_at) VALUES
        ('${tenant}', '${uuid()}', '${dataset}', 'stored.csv', 1, 'text/csv', sha256('1'), now()),
        ('${tenant}', '${uuid()}', '${drafted}', 'stored.csv', 1, 'text/csv', sha256('1'), now()),
        ('${tenant}', '${object}', '${dataset}', 'waiting.csv', 0, 'text/csv', sha256(''), NULL);
      INSERT INTO listing (tenant_id, id, dataset_id, status, title, summary, tags, price, currency, published_at) VALUES
        ('${tenant}', '${listing}', '${dataset}', 'published', 'Listed', 'Text', '{told}', 1.5, 'EUR', now()),
        ('${tenant}', '${draft}', '${drafted}', 'draft', 'Drafted', '', '{}', 0, 'EUR', NULL)`);
    return {
      rows: { Dataset: dataset, DataObject: object, Listing: listing, MarketplaceListing: listing },
      named: {
        bare: globalId('Dataset', tenant, bare),
        waiting: globalId('DataObject', tenant, object),
        draft: globalId('Listing', tenant, draft),
        published: globalId('Listing', tenant, listing),
      },
    };
  }

  async function place(status: Status, side: 'own' | 'foreign', plan: Plan = 'PROFESSIONAL'): Promise<Place> {
    const person = (name: string) => make.person(`${name} ${side} ${status} ${plan}`);
    const [keeper, recipient, junior] = [await person('Keeper'), await person('Heir'), await person('Junior')];
    const slug = `${side}-${status.replace('_', '-')}${plan === 'FREE' ? '-free' : ''}`;
    const tenant = await make.tenant(slug, keeper, { plan });
    const [heirs, juniors] = [await make.member(tenant, recipient, ['viewer']), await make.member(tenant, junior, ['viewer'])];
    const invited = side === 'own' ? [] : [caller, stranger];
    const callers = side === 'own' ? await make.member(tenant, caller, ['viewer']) : tenant.owner;
    const apiKey = await makeKey(tenant.id, callers.id);
    const invitation = await invite(tenant.id, 'guest@people.example');
    const codes: Record<string, string> = {};
    for (const { email } of invited) codes[email] = codeOf(tenant.id, await invite(tenant.id, email));
    const event = uuid();
    await sql(`SELECT set_config('app.tenant_id', '${tenant.id}', true);
      INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, code, target_type, target_id, state_before, state_after, request_id)
      VALUES ('${tenant.id}', '${event}', now(), 'user', 'somebody', 'Somebody', 'tenant.rename', 'refused', 'S1', 'FORBIDDEN', 'Tenant', 'target', '{}', '{}', 'request')`);
    await insertNumberedEvent(database, tenant.id, event, 'Named');
    const trustedDocument = '00000000-0000-7000-8000-000000000001';
    const text = '{ viewer { name } }';
    await sql(`INSERT INTO trusted_document (tenant_id, id, app, version, api_key_id, hash, text, retired_at) VALUES
      ('${tenant.id}', '${trustedDocument}', 'First', '1', '${apiKey.row}', '${hashOf(text)}', '${text}', now()),
      ('${tenant.id}', '${uuid()}', 'Second', '1', NULL, '${hashOf(text)}', '${text}', NULL)`);
    const webhook = await insertWebhook(database, { tenantId: tenant.id, membershipId: tenant.owner.id });
    const wares = await supply(tenant.id);
    const trade = await createTrade(database, provider, tenant, wares.rows.Dataset);
    const next = plan === 'FREE' ? 'STARTER' : 'FREE';
    await sql(
      `UPDATE tenant SET sells = true, next_plan_code = '${next}', next_plan_due_at = now() + interval '9 days' WHERE tenant_id = '${tenant.id}'`,
    );
    await make.setStatus(tenant, status, 'for the matrix');
    await sql(
      `INSERT INTO ownership_transfer (tenant_id, from_membership_id, to_membership_id, code_hash, tries_left, expires_at)
       VALUES ($1, $2, $3, $4, 5, now() + interval '15 minutes')`,
      [tenant.id, tenant.owner.id, heirs.id, sha256(TRANSFER_CODE.replaceAll('-', ''))],
    );
    return {
      ...tenant,
      ids: globalIds(tenant.id, {
        Tenant: tenant.id,
        Membership: tenant.owner.id,
        User: keeper.id,
        Invitation: invitation,
        AuditEvent: event,
        ApiKey: apiKey.row,
        TrustedDocument: trustedDocument,
        Webhook: webhook.id,
        WebhookDelivery: webhook.deliveryId,
        ...wares.rows,
        ...trade.rows,
        ...COMMON,
        OwnershipTransfer: tenant.id,
        Marketplace: tenant.id,
        ViewerMembership: callers.id,
        ViewerApiKey: apiKey.row,
        StaffTenant: tenant.id,
        StaffAuditEvent: event,
        Tombstone: gone,
      }),
      apiKey,
      keeper: globalId('Membership', tenant.id, tenant.owner.id),
      webhook: globalId('Webhook', tenant.id, webhook.id),
      junior: globalId('Membership', tenant.id, juniors.id),
      recipient: globalId('Membership', tenant.id, heirs.id),
      invitation: globalId('Invitation', tenant.id, invitation),
      ...wares.named,
      entitlement: globalId('Entitlement', tenant.id, trade.rows.Entitlement),
      usage: globalId('UsageRecord', tenant.id, trade.rows.UsageRecord),
      listing: globalId('MarketplaceListing', provider.offered.id),
      object: globalId('EntitledObject', tenant.id, trade.rows.EntitledObject),
      codes,
    };
  }

  const places = async (side: 'own' | 'foreign') => {
    const made: [Status, Place][] = [];
    for (const status of STATUSES) made.push([status, await place(status, side)]);
    return Object.fromEntries(made) as Record<Status, Place>;
  };
  const own = await places('own');
  const foreign = await places('foreign');
  const modest = await place('active', 'own', 'FREE');
  const inOwn = `m.tenant_id IN (${[...STATUSES.map(status => own[status]), modest].map(({ id }) => `'${id}'`).join(', ')})`;
  const give = (who: string, roles: readonly Role[]) =>
    `UPDATE membership m SET roles = '{${roles.join(',')}}' FROM person p WHERE ${inOwn} AND p.id = m.person_id AND ${who};`;
  const carry = (scopes: readonly string[]) => `UPDATE api_key SET scopes = '{${scopes.map(scope => `"${scope}"`).join(',')}}';`;
  // No token is newer, so that signing in changes no person.
  await sql("UPDATE person SET signed_in_at = now() + interval '1 day'");
  const rows = await keepRows(database);
  return {
    ...{ caller, stranger, own, foreign, modest, gone, rows },
    setRoles: roles =>
      rows.keep(`${give(`person_id = '${caller.id}'`, ['viewer'])} ${give("p.name LIKE 'Keeper %'", [roles.includes('owner') ? 'admin' : 'owner'])}
        ${give(`person_id = '${caller.id}'`, roles)}
        UPDATE ownership_transfer t SET from_membership_id = m.id FROM membership m
          WHERE ${inOwn} AND m.tenant_id = t.tenant_id AND 'owner' = ANY (m.roles); ${carry(SCOPES)}`),
    setScopes: scopes => rows.keep(carry(scopes)),
  };
}
