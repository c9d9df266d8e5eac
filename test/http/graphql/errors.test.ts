import { uuidv7 as uuid } from 'uuidv7';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ERRORS } from '../../../src/domain/core/errors.ts';
import { newInvitationCode } from '../../../src/domain/invitation/secret.ts';
import { enumName } from '../../access/expectation.ts';
import { fixtures, type Person, type Tenant, useDatabase } from '../../support/database.ts';
import { hashOf, idOf, manifestOf } from '../../support/documents.ts';
import { marketFixtures } from '../../support/market.ts';
import { SERVICES } from '../../support/services.ts';
import { listingName } from '../../support/trade.ts';
import { useServer } from '../server/serve.ts';

const database = useDatabase();
const gateway = useServer(database, { routes: SERVICES.routes });
let owner: Person;
let tenant: Tenant;
/** What a provocation's query has in place of `:name`. */
const words: Record<string, string> = {};
const tokens: Record<string, string> = {};

beforeAll(async () => {
  const rows = fixtures(database);
  owner = await rows.person('Ann');
  tenant = await rows.tenant('north', owner);
  const suspended = await rows.tenant('south', await rows.person('Sue'), { status: 'suspended' });
  const viewer = await rows.person('Vic');
  await rows.member(tenant, viewer, ['viewer']);
  await rows.member(suspended, viewer, ['viewer']);
  for (const slug of ['one', 'two', 'three']) await rows.tenant(`${slug}-free`, await rows.person('Max').catch(() => maxOf()));
  const sign = (sub: string, claims = {}) =>
    gateway.tokens.sign({ sub, email: sub.includes('@') ? sub : 'somebody@people.example', ...claims });
  Object.assign(tokens, {
    owner: await sign(owner.subject),
    south: await sign('sue@people.example'),
    viewer: await sign(viewer.subject),
    newcomer: await sign('newcomer'),
    eve: await sign('eve@people.example'),
    unverified: await sign('newcomer', { email_verified: false }),
    max: await sign('max@people.example'),
    claim: await sign(viewer.subject, { tenant: 'north' }),
    expired: await gateway.tokens.sign({ sub: owner.subject }, '-1h'),
  });
  await answerable(viewer);
  await retire(tenant);
  await supply();
  await tradable(suspended);
  await gateway.ask(KEYED.replace(':name', 'First'), { token: tokens.owner });
});

/**
 * A tenant of Eve's with an invitation of another's, and a transfer of ownership that no code
 * confirms.
 */
async function answerable(recipient: Person) {
  const rows = fixtures(database);
  const east = await rows.tenant('east', await rows.person('Eve'));
  const { id } = await rows.member(east, recipient, ['viewer']);
  await database.sql(
    `INSERT INTO ownership_transfer (tenant_id, from_membership_id, to_membership_id, code_hash, tries_left, expires_at)
     VALUES ($1, $2, $3, sha256('x'), 100, now() + interval '1 hour')`,
    [east.id, east.owner.id, id],
  );
  const invitation = { tenantId: east.id, id: uuid() };
  const { code, hash } = newInvitationCode(invitation);
  await database.sql(
    `INSERT INTO invitation (tenant_id, id, email, roles, secret_hash, inviter, expires_at)
     VALUES ($1, $2, 'another@people.example', '{viewer}', $3, 'Eve', now() + interval '1 hour')`,
    [invitation.tenantId, invitation.id, hash],
  );
  const [own, heirs] = [east.owner.id, id].map(member => Buffer.from(`Membership:${east.id}:${member}`).toString('base64url'));
  const [key, ended] = [await keyOf(east, east.owner.id), await keyOf(east, east.owner.id, 'now()')];
  Object.assign(words, { own, recipient: heirs, key, ended, code, absent: newInvitationCode({ tenantId: uuid(), id: uuid() }).code });
}

/** The global id of an API key. */
async function keyOf(tenant: Pick<Tenant, 'id'>, holder: string, revoked = 'NULL'): Promise<string> {
  const id = uuid();
  await database.sql(
    `INSERT INTO api_key (tenant_id, id, name, scopes, secret_hash, holder_id, holder_name, revoked_at)
     VALUES ($1, $2, 'Key', '{tenant:read}', sha256('x'), $3, 'Eve', ${revoked})`,
    [tenant.id, id, holder],
  );
  return Buffer.from(`ApiKey:${tenant.id}:${id}`).toString('base64url');
}

/** A retired document of a tenant. */
async function retire({ id }: Tenant) {
  await database.sql(
    `WITH t AS (UPDATE tenant SET documents_revision = 1 WHERE tenant_id = $1)
     INSERT INTO trusted_document (tenant_id, id, app, version, hash, text, retired_at) VALUES ($1, $2, 'Web', '1', $3, $4, now())`,
    [id, uuid(), hashOf(RETIRED), RETIRED],
  );
}

/** A draft of north's, which doesn't sell, and an object whose bytes never came. */
async function supply() {
  const [dataset, object, listing] = [uuid(), uuid(), uuid()];
  await database.sql(
    `WITH d AS (INSERT INTO dataset (tenant_id, id, name) VALUES ($1, $2, 'Rows')),
       o AS (INSERT INTO data_object (tenant_id, id, dataset_id, name, size, media_type, sha256) VALUES ($1, $3, $2, 'a', 0, 'a/b', sha256('')))
     INSERT INTO listing (tenant_id, id, dataset_id, title, tags, price, currency) VALUES ($1, $4, $2, 'Rows', '{}', 1, 'EUR')`,
    [tenant.id, dataset, object, listing],
  );
  const named = (type: string, id: string) => Buffer.from(`${type}:${tenant.id}:${id}`).toString('base64url');
  Object.assign(words, { object: named('DataObject', object), listing: named('Listing', listing) });
}

/**
 * A tenant that buys and sells, whose entitlements lead to a suspended provider and to one that is
 * gone.
 */
async function tradable(suspended: Tenant) {
  const [rows, market] = [fixtures(database), marketFixtures(database)];
  const trader = await rows.person('Tracy');
  const west = await rows.tenant('west', trader);
  await market.setSides(west, { sells: true, buys: true });
  const listings = [await market.listing(west), await market.listing(suspended), await market.listing(suspended)] as const;
  const [unavailable, gone] = [await market.entitlement(west, listings[1]), await market.entitlement(west, listings[2])];
  await database.sql('DELETE FROM dataset WHERE id = $1', [listings[2].datasetId]);
  const named = ({ id }: { id: string }) => Buffer.from(`Entitlement:${west.id}:${id}`).toString('base64url');
  const objectOf = ({ id }: { id: string }) => Buffer.from(`EntitledObject:${west.id}:${id}:${uuid()}`).toString('base64url');
  Object.assign(words, { offer: listingName(listings[0].id), unavailable: named(unavailable), gone: named(gone) });
  Object.assign(words, { unavailableObject: objectOf(unavailable), goneObject: objectOf(gone) });
  tokens.west = await gateway.tokens.sign({ sub: trader.subject });
}

const maxOf = async (): Promise<Person> =>
  (await database.sql<Person>("SELECT id, subject, email, name FROM person WHERE subject = 'max@people.example'"))[0]!;

const MODERN = 'application/graphql-response+json';
const CREATE = 'mutation { createTenant(input: { name: "New", slug: "SLUG" }) { membership { slug } } }';
const RENAME = 'mutation { renameTenant(input: { name: "New" }) { tenant { name } } }';
const KEYED = 'mutation { renameTenant(input: { name: ":name", idempotencyKey: "a-key-of-one-request" }) { tenant { name } } }';
const INVITE = 'mutation { inviteMember(input: { email: "vic@people.example", roles: [ROLE] }) { invitation { id } } }';
const ACCEPT = 'mutation { acceptInvitation(input: { code: "CODE" }) { membership { slug } } }';
const CONFIRM = 'mutation { confirmOwnershipTransfer(input: { code: "0000" }) { tenant { name } } }';
const keyWith = (scope: string) => `mutation { createApiKey(input: { name: "Key", scopes: [${enumName(scope)}] }) { apiKey { id } } }`;
const ACQUIRE = 'mutation { acquireEntitlement(input: { listingId: ":offer" }) { entitlement { id } } }';
const RETRIEVE = `mutation { retrieveObject(input: { entitlementId: ":NAME", objectId: ":NAMEObject", idempotencyKey: "${uuid()}" }) { retrieval { name } } }`;
const PAGE = 'tenant { memberships(first: 100) { edges { node { id roles joinedAt user { id name email } } } } }';
const DEAR = `{ ${Array.from({ length: 25 }, (_, i) => `t${i}: ${PAGE}`).join(' ')} }`;

const RETIRED = '{ a: __typename }';
const persisted = (sha256Hash: string) => JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

type Provocation = {
  query?: string;
  as?: string;
  status: number;
  headers?: Record<string, string>;
  method?: string;
  body?: string;
  path?: string;
};

/** One request for each code; null for a code that this release never returns. */
const PROVOKED: Record<keyof typeof ERRORS, Provocation | null> = {
  BAD_REQUEST: { body: '[]', status: 400 },
  PERSISTED_QUERY_NOT_SUPPORTED: { body: persisted(hashOf('{ b: __typename }')), status: 400 },
  PERSISTED_QUERY_NOT_FOUND: { body: persisted(hashOf('{ b: __typename }')), as: 'owner', status: 400 },
  DOCUMENT_NOT_FOUND: { body: JSON.stringify({ documentId: idOf('{ b: __typename }') }), as: 'owner', status: 400 },
  DOCUMENT_RETIRED: { body: JSON.stringify({ documentId: idOf(RETIRED) }), as: 'owner', status: 400 },
  DOCUMENT_INVALID: {
    body: JSON.stringify({
      query:
        'mutation ($documents: JSONObject!) { registerDocuments(input: { app: "a", version: "1", documents: $documents }) { documents { id } } }',
      variables: { documents: manifestOf('{ nothing }') },
    }),
    as: 'owner',
    status: 200,
  },
  DOCUMENT_NOT_TRUSTED: null, // trusted-documents.test.ts
  GRAPHQL_PARSE_FAILED: { query: '{', status: 400 },
  GRAPHQL_VALIDATION_FAILED: { query: '{ nothing }', status: 400 },
  OPERATION_RESOLUTION_FAILURE: { query: 'query A { __typename } query B { __typename }', status: 400 },
  QUERY_TOO_EXPENSIVE: { query: DEAR, as: 'owner', status: 400 },
  BAD_USER_INPUT: { query: '{ node(id: "x") { id } }', status: 200 },
  UNAUTHENTICATED: { query: '{ __typename }', as: 'expired', status: 401 },
  TENANT_NOT_FOUND: { query: '{ __typename }', as: 'owner', headers: { 'x-tenant-id': 'south' }, status: 403 },
  TENANT_CONFLICT: { query: '{ __typename }', as: 'claim', headers: { 'x-tenant-id': 'south' }, status: 400 },
  TENANT_REQUIRED: { query: '{ tenant { name } }', as: 'viewer', status: 200 },
  FORBIDDEN: { query: RENAME, as: 'viewer', headers: { 'x-tenant-id': 'north' }, status: 200 },
  TENANT_STATUS: { query: RENAME, as: 'south', status: 200 },
  PLAN_REQUIRED: { query: '{ tenant { analytics { byDay { day } } } }', as: 'owner', status: 200 },
  EMAIL_UNVERIFIED: { query: CREATE, as: 'unverified', status: 200 },
  CONFLICT: { query: CREATE.replace('SLUG', 'north'), as: 'newcomer', status: 200 },
  NOT_FOUND: { path: '/nowhere', query: '{ __typename }', status: 404 },
  LIMIT_REACHED: { query: CREATE.replace('SLUG', 'fourth'), as: 'max', status: 200 },
  OWNS_TENANTS: {
    query: 'mutation { eraseMyself(input: { confirmation: "ann@people.example" }) { requestedAt } }',
    as: 'owner',
    status: 200,
  },
  OWNER_PROTECTED: { query: 'mutation { leaveTenant { leftTenantId } }', as: 'owner', status: 200 },
  ROLE_NOT_GRANTABLE: { query: INVITE.replace('ROLE', 'OWNER'), as: 'owner', status: 200 },
  EVENT_NOT_READABLE: null, // test/domain/webhook
  NOT_CONFIGURED: null, // test/domain/webhook
  SCOPE_NOT_GRANTABLE: { query: keyWith('audit:read'), as: 'owner', status: 200 },
  KEY_ENDED: { query: 'mutation { rotateApiKey(input: { apiKeyId: ":ended" }) { secret } }', as: 'eve', status: 200 },
  KEY_NOT_HOLDABLE: {
    query: 'mutation { handOverApiKey(input: { apiKeyId: ":key", membershipId: ":recipient" }) { apiKey { id } } }',
    as: 'eve',
    status: 200,
  },
  OWN_MEMBERSHIP: { query: 'mutation { removeMember(input: { membershipId: ":own" }) { removedMembershipId } }', as: 'eve', status: 200 },
  ALREADY_MEMBER: { query: INVITE.replace('ROLE', 'VIEWER'), as: 'owner', status: 200 },
  INVITATION_INVALID: { query: ACCEPT.replace('CODE', ':absent'), as: 'newcomer', status: 200 },
  INVITATION_FOR_ANOTHER: { query: ACCEPT.replace('CODE', ':code'), as: 'newcomer', status: 200 },
  TRANSFER_INVALID: { query: CONFIRM, as: 'owner', status: 200 },
  CODE_WRONG: { query: CONFIRM, as: 'eve', status: 200 },
  CONFIRMATION_MISMATCH: {
    query: 'mutation { requestTenantDeletion(input: { confirmation: "yes" }) { tenant { status } } }',
    as: 'owner',
    status: 200,
  },
  PLAN_BY_SALES: { query: 'mutation { changePlan(input: { plan: ENTERPRISE }) { tenant { name } } }', as: 'owner', status: 200 },
  SIDE_OFF: { query: 'mutation { publishListing(input: { listingId: ":listing" }) { listing { id } } }', as: 'owner', status: 200 },
  OWN_LISTING: { query: ACQUIRE, as: 'west', status: 200 },
  PROVIDER_UNAVAILABLE: { query: RETRIEVE.replaceAll('NAME', 'unavailable'), as: 'west', status: 200 },
  PROVIDER_GONE: { query: RETRIEVE.replaceAll('NAME', 'gone'), as: 'west', status: 200 },
  OBJECT_NOT_STORED: { query: 'mutation { completeObject(input: { objectId: ":object" }) { object { id } } }', as: 'owner', status: 200 },
  LINK_INVALID: { method: 'PUT', path: '/objects/nothing', body: 'x', status: 403 },
  IDEMPOTENCY_KEY_REUSED: { query: KEYED.replace(':name', 'Second'), as: 'owner', status: 200 },
  REQUEST_ENTITY_TOO_LARGE: { body: ' '.repeat(300_000), status: 413 },
  NOT_ACCEPTABLE: { query: '{ __typename }', headers: { accept: 'application/xml' }, status: 406 },
  UNSUPPORTED_MEDIA_TYPE: { query: '{ __typename }', headers: { 'content-type': 'application/xml' }, status: 415 },
  METHOD_NOT_ALLOWED: { method: 'PUT', query: '{ __typename }', status: 405 },
  CSRF_REFUSED: { query: '{ __typename }', headers: { 'content-type': 'text/plain' }, status: 403 },
  COST_TOO_HIGH: null, // test/http/budget
  RESYNC: { query: '{ tenant { events(after: "OTk5") { next } } }', as: 'owner', status: 200 },
  TOO_MANY_STREAMS: null, // test/http/live
  RATE_LIMITED: null, // test/http/budget
  INTERNAL_SERVER_ERROR: null, // faults.test.ts
  OVERLOADED: null, // flood.test.ts
  UNAVAILABLE: null, // outage.test.ts
};

const worded = (query = '') => Object.entries(words).reduce((text, [name, word]) => text.replace(`:${name}"`, `${word}"`), query);

function provoke({ query, as, headers, method = 'POST', body, path = '/graphql' }: Provocation, more: Record<string, string> = {}) {
  const authorization = as && { authorization: `Bearer ${tokens[as]}` };
  const all = { 'content-type': 'application/json', accept: MODERN, ...authorization, ...headers, ...more };
  return fetch(gateway.url + path, { method, headers: all, body: body ?? JSON.stringify({ query: worded(query) }) });
}

const ways = Object.entries(PROVOKED).flatMap(([code, way]) => (way ? [[code, way] as const] : []));

describe('each error code', () => {
  test.each(ways)('%s reaches the client with its status and the request id', async (code, way) => {
    const response = await provoke(way, { 'x-request-id': `way-to-${code}` });
    const { errors } = (await response.json()) as { errors: { message: string; extensions: object }[] };
    expect(response.status).toBe(way.status);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ message: expect.stringMatching(/^\S.+/), extensions: { code, requestId: `way-to-${code}` } });
  });

  test.each(ways)('%s has the headers of every response', async (_code, way) => {
    const { headers } = await provoke(way, { 'x-request-id': 'mine' });
    expect(Object.fromEntries(headers)).toMatchObject({ 'x-request-id': 'mine', 'x-content-type-options': 'nosniff' });
    expect(headers.get('content-type')).toMatch(/^application\/(graphql-response\+)?json; charset=utf-8$/);
  });

  test.each(['BAD_USER_INPUT', 'TENANT_REQUIRED'] as const)('%s belongs to its field, and the other fields are returned', async code => {
    const way = PROVOKED[code]!;
    const response = await provoke({ ...way, query: way.query!.replace('{', '{ plans { code }') });
    const { data } = (await response.json()) as { data: { plans: unknown[] } };
    expect(data.plans).toHaveLength(4);
  });
});

describe('the request id', () => {
  const idOf = async (given?: string) => {
    const headers: Record<string, string> = given === undefined ? {} : { 'x-request-id': given };
    return (await fetch(`${gateway.url}/livez`, { headers })).headers.get('x-request-id')!;
  };
  const MADE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

  test.each(['a', 'req-1', '7f9c:42.a_b', 'x'.repeat(128)])('is the caller’s own when it is valid: %s', async given => {
    expect(await idOf(given)).toBe(given);
  });

  test.each(['', 'x'.repeat(129), 'two words', 'a,b', '<script>', '{"a":1}', 'é'])('is generated instead of %j', async given => {
    expect(await idOf(given)).toMatch(MADE);
  });

  test('is generated when it is missing, and unique', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => idOf()));
    for (const id of ids) expect(id).toMatch(MADE);
    expect(new Set(ids).size).toBe(20);
  });
});
