import { randomUUID } from 'node:crypto';
import type { Headers } from '../../scripts/oracle/client.ts';
import type { Pair } from '../../scripts/oracle/pair.ts';
import { newSecret } from '../../src/domain/api-key/secret.ts';
import { fixtures, type Person, type TestDatabase } from '../support/database.ts';
import { marketFixtures } from '../support/market.ts';

/** Brings a state about, and returns the headers of a caller in it. */
export type State = () => Promise<Headers>;

/** What a cache must notice: two states differ in it. */
export const WHATS = [
  'the tenant, by header',
  'the tenant, by claim',
  'the header, beside a slug',
  'the header, or none',
  'the header, of no member',
  'the roles, of two people',
  'the roles, of one person',
  'the roles, seller or buyer',
  'the membership, or none',
  'the status',
  'the plan',
  'the features',
  'the scopes, of two keys',
  'the scopes, of one key',
  'the person',
  'the person’s name',
  'the person, of no tenant',
  'the claims of a token',
  'a person, or nobody',
  'a person, or staff',
  'a person, or a key',
  'the time',
  'the request’s id',
  'the rows',
  'the Accept header',
  'the form of refusals',
] as const;
export type What = (typeof WHATS)[number];

const DAYS = 86_400_000;

/** Two tenants, and the states in which the same documents are answered differently. */
export async function createStates(database: TestDatabase, pair: Pair) {
  const { sql } = database;
  const [make, market] = [fixtures(database), marketFixtures(database)];
  const [owner, viewer, other, both] = [
    await make.person('Owner'),
    await make.person('Viewer'),
    await make.person('Other'),
    await make.person('Both'),
  ];
  const strangers = [await make.person('Stranger'), await make.person('Unknown')] as const;
  const north = await make.tenant('north', owner, { plan: 'PROFESSIONAL' });
  const south = await make.tenant('south', owner, { plan: 'PROFESSIONAL' });
  for (const tenant of [north, south]) {
    await make.member(tenant, both, ['admin']);
    await market.object(tenant, await market.dataset(tenant, { name: `Data of ${tenant.slug}` }));
  }
  const member = await make.member(north, viewer, ['viewer']);
  await make.member(north, other, ['viewer']);
  const listing = await market.listing(south, { title: 'Weather' });
  await market.entitlement(north, listing);

  const as = async (person: Person, tenant?: string, claims = {}): Promise<Headers> => ({
    authorization: `Bearer ${await tokenOf(person, claims)}`,
    ...(tenant && { 'x-tenant-id': tenant }),
  });
  // One token for each person and its claims: a new one would be in no cache.
  const tokens = new Map<string, Promise<string>>();
  const tokenOf = ({ subject, name, email }: Person, claims: object): Promise<string> => {
    const key = JSON.stringify([subject, claims]);
    const token = tokens.get(key) ?? pair.sign({ sub: subject, name, email, ...claims });
    tokens.set(key, token);
    return token;
  };
  const after =
    (change: string, headers: () => Promise<Headers>): State =>
    async () => {
      await sql(change);
      return headers();
    };
  const key = async (...scopes: readonly string[]) => {
    const name = { tenantId: north.id, id: randomUUID() };
    const { text, hash } = newSecret(name);
    await sql(
      `INSERT INTO api_key (tenant_id, id, name, scopes, secret_hash, holder_id, holder_name, last_used_at)
       VALUES ($1, $2, 'Key', $3, $4, $2, 'Owner', now() + interval '10 years')`,
      [name.tenantId, name.id, scopes, Buffer.from(hash)],
    );
    return { id: name.id, headers: async () => ({ authorization: `Bearer ${text}` }) };
  };
  const keys = [await key('tenant:read', 'usage:count', 'marketplace:read'), await key('tenant:read', 'dataset:read')] as const;

  const asOwner = () => as(owner, 'north');
  const asMember = () => as(viewer, 'north');
  const roles = (...names: readonly string[]) => after(`UPDATE membership SET roles = '{${names}}' WHERE id = '${member.id}'`, asMember);
  const status = (name: 'active' | 'suspended') => async () => {
    await make.setStatus(north, name, name === 'active' ? null : 'unpaid');
    return asOwner();
  };
  const plan = (code: string) => after(`UPDATE tenant SET plan_code = '${code}' WHERE tenant_id = '${north.id}'`, asOwner);
  const scopes = (...names: readonly string[]) =>
    after(`UPDATE api_key SET scopes = '{${names}}' WHERE id = '${keys[0].id}'`, keys[0].headers);
  const join = `INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ('${north.id}', '${member.id}', '${viewer.id}', '{viewer}')
    ON CONFLICT (tenant_id, id) DO UPDATE SET roles = excluded.roles`;
  const named = (requestId: string) => async () => ({ ...(await asMember()), 'x-request-id': requestId });
  const accepting = (accept: string) => async () => ({ ...(await asMember()), accept });
  const later = async () => {
    await pair.advance(40 * DAYS);
    return asOwner();
  };

  // biome-ignore format: a table is read by its columns
  const differences: Readonly<Record<What, readonly [one: State, other: State]>> = {
    'the tenant, by header':       [() => as(both, 'north'),              () => as(both, 'south')],
    'the tenant, by claim':        [() => as(both, undefined, { tenant: 'north' }), () => as(both, undefined, { tenant: 'south' })],
    'the header, beside a slug':   [() => as(both, 'north'),              () => as(both)],
    'the header, or none':         [() => as(both, 'north'),              () => as(both)],
    'the header, of no member':    [asMember,                             () => as(viewer, 'south')],
    'the roles, of two people':    [asOwner,                              asMember],
    'the roles, of one person':    [roles('viewer'),                      roles('admin')],
    'the roles, seller or buyer':  [roles('seller_manager'),              roles('buyer_manager')],
    'the membership, or none':     [after(join, asMember),                after(`DELETE FROM membership WHERE id = '${member.id}'`, asMember)],
    'the status':                  [status('active'),                     status('suspended')],
    'the plan':                    [plan('FREE'),                         plan('STARTER')],
    'the features':                [plan('STARTER'),                      plan('PROFESSIONAL')],
    'the scopes, of two keys':     [keys[0].headers,                      keys[1].headers],
    'the scopes, of one key':      [scopes('tenant:read'),                scopes('tenant:read', 'dataset:read', 'usage:count')],
    'the person':                  [asMember,                             () => as(other, 'north')],
    'the person’s name':           [after(`UPDATE person SET name = 'Viewer' WHERE id = '${viewer.id}'`, asMember), after(`UPDATE person SET name = 'Renamed' WHERE id = '${viewer.id}'`, asMember)],
    'the person, of no tenant':    [() => as(strangers[0]),               () => as(strangers[1])],
    'the claims of a token':       [() => as(strangers[0]),               () => as(strangers[0], undefined, { name: 'Renamed' })],
    'a person, or nobody':         [asMember,                             async () => ({})],
    'a person, or staff':          [() => as(owner),                      () => as(owner, undefined, { ipto_staff: true })],
    'a person, or a key':          [asOwner,                              keys[1].headers],
    'the time':                    [later,                                later],
    'the request’s id':            [named('one'),                         named('other')],
    'the rows':                    [after(`UPDATE tenant SET name = 'One' WHERE tenant_id = '${north.id}'`, asOwner), after(`UPDATE tenant SET name = 'Other' WHERE tenant_id = '${north.id}'`, asOwner)],
    'the Accept header':             [accepting('application/json'),        accepting('application/graphql-response+json')],
    'the form of refusals':        [asMember,                             async () => ({ ...(await asMember()), 'x-refusals': 'grouped' })],
  };
  /** Undoes what states changed. */
  const reset = async (): Promise<void> => {
    for (const state of [after(join, asMember), status('active'), plan('PROFESSIONAL'), scopes('tenant:read')]) await state();
  };
  return { differences, reset, asMember, asBoth: (tenant: string) => as(both, tenant) };
}
