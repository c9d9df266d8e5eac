import { createHash, randomUUID } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { fixtures, type Person, type TestDatabase } from '../support/database.ts';
import { type PermissionName, type Plan, type Role, STATUSES, type Status } from './expectation.ts';
import { type Kept, keepRows } from './kept.ts';
import { createProvider, createTrade, type TradeRows } from './trade.ts';

/** A tenant with all that its members could do something to, named by global ids. */
export type Place = {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** One of each type of node. */
  readonly ids: readonly string[];
  /** A member whom another may change or remove. */
  readonly junior: string;
  /** The member to whom an ownership transfer waits for {@link TRANSFER_CODE}. */
  readonly recipient: string;
  readonly invitation: string;
  /** The owner's membership, or the admin's where the asker is the owner. */
  readonly keeper: string;
  /** An API key that the asker holds, if they are a member: its global id, its row and its text. */
  readonly apiKey: { readonly id: string; readonly row: string; readonly text: string };
  /**
   * A dataset without anything, an object whose bytes are stored but not taken for it, and listings
   * of datasets with a stored object.
   */
  readonly bare: string;
  readonly waiting: string;
  readonly draft: string;
  readonly published: string;
  readonly entitlement: string;
  /** A listing that the tenant may acquire. */
  readonly listing: string;
  /** What its entitlement leads to. */
  readonly object: string;
  /** The codes of the invitations to people who are no members here, by the person's address. */
  readonly codes: Readonly<Record<string, string>>;
};

export type Places = Readonly<Record<Status, Place>>;

/**
 * Tenants in every status: four that the asker is a member of, four that they are not. Whoever may
 * do something finds it possible. They are on a plan that has every feature; one more of the
 * asker's is on one that has none.
 */
export type World = {
  readonly asker: Person;
  /** Known, and a member nowhere. */
  readonly stranger: Person;
  readonly own: Places;
  readonly foreign: Places;
  readonly modest: Place;
  /** A tenant that is gone, but for its tombstone. */
  readonly gone: string;
  readonly rows: Kept;
  /** Gives the asker these roles in each tenant of their own, which keeps exactly one owner. */
  setRoles(roles: readonly Role[]): Promise<void>;
  /** Gives every API key these scopes, which may be no permissions. */
  setScopes(scopes: readonly string[]): Promise<void>;
};

/** Confirms any of the transfers. */
export const TRANSFER_CODE = '7K3M-9QXA-2B4D';

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest();
const globalId = (type: string, ...ids: readonly string[]) => Buffer.from([type, ...ids].join(':')).toString('base64url');

type Rows = TradeRows & {
  readonly tenant: string;
  readonly membership: string;
  readonly person: string;
  readonly invitation: string;
  readonly event: string;
  readonly dataset: string;
  readonly object: string;
  readonly listing: string;
  readonly offer: string;
  readonly key: string;
};

/** The global ids of a tenant, and of one row of each type in it: in the order of `NODES`. */
export const globalIds = ({
  tenant,
  membership,
  person,
  invitation,
  event,
  dataset,
  object,
  listing,
  offer,
  key,
  entitlement,
  retrieval,
  earning,
}: Rows): readonly string[] => [
  globalId('Tenant', tenant),
  globalId('Membership', tenant, membership),
  globalId('User', person),
  globalId('Invitation', tenant, invitation),
  globalId('AuditEvent', tenant, event),
  globalId('MarketplaceListing', offer),
  globalId('ApiKey', tenant, key),
  globalId('Dataset', tenant, dataset),
  globalId('DataObject', tenant, object),
  globalId('Listing', tenant, listing),
  globalId('Entitlement', tenant, entitlement),
  globalId('UsageRecord', tenant, retrieval),
  globalId('Charge', tenant, retrieval),
  globalId('Earning', tenant, earning),
];

/** Ids of all types that nothing has. */
export const nowhere = () =>
  globalIds({
    ...{ tenant: uuid(), membership: uuid(), person: uuid(), invitation: uuid(), event: uuid() },
    ...{ offer: uuid(), key: uuid(), dataset: uuid(), object: uuid(), listing: uuid() },
    ...{ entitlement: uuid(), retrieval: uuid(), earning: uuid() },
  });

const SECRET = Buffer.alloc(32, 7);
const codeOf = (tenant: string, invitation: string) =>
  `ipto_invite_${Buffer.concat([Buffer.from(`${tenant}${invitation}`.replaceAll('-', ''), 'hex'), SECRET]).toString('base64url')}`;

/** What an API key of the world carries, unless it is what asks. */
const SCOPES: readonly PermissionName[] = ['tenant:read', 'usage:read'];

export async function createWorld(database: TestDatabase): Promise<World> {
  const { sql } = database;
  const make = fixtures(database);
  const [asker, stranger] = [await make.person('Asker'), await make.person('Stranger')];
  const provider = await createProvider(database);
  const gone = uuid();
  await sql(`INSERT INTO tombstone (tenant_id, created_at, deletion_requested_at, deleted_at, purged_at) VALUES ('${gone}', now(), now(), now(), now());
    INSERT INTO purge_receipt VALUES ('${gone}', 'membership', 3), ('${gone}', 'tenant', 1)`);

  async function invite(tenant: string, email: string): Promise<string> {
    const id = uuid();
    await sql(
      `INSERT INTO invitation (tenant_id, id, email, roles, secret_hash, inviter, expires_at, sent_at)
       VALUES ($1, $2, $3, '{viewer}', $4, 'Keeper', now() + interval '7 days', now())`,
      [tenant, id, email, sha256(SECRET)],
    );
    return id;
  }

  /**
   * A key with all that a key may have, which a day from now was used last: no request notes that
   * it used it.
   */
  async function makeKey(tenant: string, holder: string) {
    const row = randomUUID();
    const bytes = Buffer.concat([Buffer.from(`${row}${tenant}`.replaceAll('-', ''), 'hex'), SECRET]);
    await sql(
      `INSERT INTO api_key (tenant_id, id, name, scopes, secret_hash, earlier_hash, earlier_expires_at, holder_id, holder_name, rotated_at, expires_at, last_used_at)
       VALUES ($1, $2, 'Key', $3, $4, sha256('x'), now() + interval '1 day', $5, 'Holder', now(), now() + interval '9 days', now() + interval '1 day')`,
      [tenant, row, SCOPES, sha256(Buffer.concat([Buffer.from('ipto api key\0'), bytes])), holder],
    );
    return { row, id: globalId('ApiKey', tenant, row), text: `ipto_${bytes.toString('base64url')}` };
  }

  /**
   * Datasets: one that is published, with an object whose bytes are to come, one that is drafted,
   * and a bare one.
   */
  async function supply(tenant: string) {
    const [dataset, drafted, bare, object, listing, draft] = [uuid(), uuid(), uuid(), uuid(), uuid(), uuid()];
    await sql(`
      SELECT set_config('app.tenant_id', '${tenant}', true);
      INSERT INTO dataset (tenant_id, id, name, description) VALUES ('${tenant}', '${dataset}', 'Published', 'Told'), ('${tenant}', '${drafted}', 'Drafted', ''),
        ('${tenant}', '${bare}', 'Bare', '');
      INSERT INTO data_object (tenant_id, id, dataset_id, name, size, media_type, sha256, stored_at) VALUES
        ('${tenant}', '${uuid()}', '${dataset}', 'stored.csv', 1, 'text/csv', sha256('1'), now()),
        ('${tenant}', '${uuid()}', '${drafted}', 'stored.csv', 1, 'text/csv', sha256('1'), now()),
        ('${tenant}', '${object}', '${dataset}', 'waiting.csv', 0, 'text/csv', sha256(''), NULL);
      INSERT INTO listing (tenant_id, id, dataset_id, status, title, summary, tags, price, currency, published_at) VALUES
        ('${tenant}', '${listing}', '${dataset}', 'published', 'Listed', 'Told', '{told}', 1.5, 'EUR', now()),
        ('${tenant}', '${draft}', '${drafted}', 'draft', 'Drafted', '', '{}', 0, 'EUR', NULL)`);
    return {
      rows: { dataset, object, listing, offer: listing },
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
    const invited = side === 'own' ? [] : [asker, stranger];
    const askers = side === 'own' ? await make.member(tenant, asker, ['viewer']) : tenant.owner;
    const apiKey = await makeKey(tenant.id, askers.id);
    const invitation = await invite(tenant.id, 'guest@people.example');
    const codes: Record<string, string> = {};
    for (const { email } of invited) codes[email] = codeOf(tenant.id, await invite(tenant.id, email));
    const event = uuid();
    await sql(`SELECT set_config('app.tenant_id', '${tenant.id}', true);
      INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, code, target_type, target_id, state_before, state_after, request_id)
      VALUES ('${tenant.id}', '${event}', now(), 'user', 'somebody', 'Somebody', 'tenant.rename', 'refused', 'S1', 'FORBIDDEN', 'Tenant', 'target', '{}', '{}', 'request')`);
    const wares = await supply(tenant.id);
    const trade = await createTrade(database, provider, tenant, wares.rows.dataset);
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
      ids: globalIds({
        tenant: tenant.id,
        membership: tenant.owner.id,
        person: keeper.id,
        invitation,
        event,
        key: apiKey.row,
        ...wares.rows,
        ...trade,
      }),
      apiKey,
      keeper: globalId('Membership', tenant.id, tenant.owner.id),
      junior: globalId('Membership', tenant.id, juniors.id),
      recipient: globalId('Membership', tenant.id, heirs.id),
      invitation: globalId('Invitation', tenant.id, invitation),
      ...wares.named,
      entitlement: globalId('Entitlement', tenant.id, trade.entitlement),
      listing: globalId('MarketplaceListing', provider.offered.id),
      object: provider.object.id,
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
  const rows = await keepRows(database);
  return {
    ...{ asker, stranger, own, foreign, modest, gone, rows },
    setRoles: roles =>
      rows.keep(`${give(`person_id = '${asker.id}'`, ['viewer'])} ${give("p.name LIKE 'Keeper %'", [roles.includes('owner') ? 'admin' : 'owner'])}
        ${give(`person_id = '${asker.id}'`, roles)}
        UPDATE ownership_transfer t SET from_membership_id = m.id FROM membership m
          WHERE ${inOwn} AND m.tenant_id = t.tenant_id AND 'owner' = ANY (m.roles); ${carry(SCOPES)}`),
    setScopes: scopes => rows.keep(carry(scopes)),
  };
}
