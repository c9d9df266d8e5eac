import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/database/index.ts';
import { type Profile, refreshPerson, registerPerson } from '../../../src/database/queries/person.ts';
import { ISSUER, type Person } from '../../support/database.ts';
import { type MemberActor, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';
import { inSeconds } from './oidc.ts';

const life = useTenantActors();
const { gateway } = life;
let database: Database;
beforeAll(() => {
  database = openDatabase(life.database.runtimeUrl, { poolSize: 4 });
});
afterAll(() => database?.close());

let home: TenantWithMembers;
let mia: MemberActor;
beforeEach(async () => {
  home = await life.home();
  mia = await life.join(home, ['viewer']);
});

const stored = async ({ subject }: Pick<Person, 'subject'>) =>
  (
    await life.database.sql<{ name: string; email: string | null; verified: boolean }>(
      'SELECT name, email, email_verified AS verified FROM person WHERE subject = $1',
      [subject],
    )
  )[0];
const signIn = async (claims: object) =>
  gateway.ask('{ viewer { name } }', { token: await gateway.tokens.sign({ sub: mia.person.subject, ...claims }), tenant: home.tenant.id });
const memberEmails = async () => {
  const { data } = await gateway.ask('{ tenant { memberships(first: 50) { edges { node { user { name email } } } } } }', home.owner);
  return data.tenant.memberships.edges.map(({ node }: { node: { user: { email: string } } }) => node.user.email);
};
const invite = (email: string) => life.run(home.owner, 'inviteMember', { email, roles: ['VIEWER'] });
const fresh = (what: string) => `${what}-${mia.person.email}`;

describe('the address of a person after signing in', () => {
  test('R9: a member is found under the new address, and a colleague with the old one can be invited and joins', async () => {
    const old = mia.person.email;
    const moved = fresh('moved');
    expect((await invite(old)).code).toBe('ALREADY_MEMBER');
    expect((await signIn({ name: 'Mia Muster', email: moved })).errors).toEqual([]);
    await expect.poll(() => stored(mia.person)).toEqual({ name: 'Mia Muster', email: moved, verified: true });
    expect((await invite(moved)).code).toBe('ALREADY_MEMBER');
    expect(await memberEmails()).toContain(moved);
    expect((await invite(old)).errors).toEqual([]);
    const colleague = await life.stranger(old);
    expect((await life.run(colleague, 'acceptInvitation', { code: await life.codeFor(old) })).errors).toEqual([]);
    expect((await memberEmails()).toSorted()).toEqual([home.owner.person.email, moved, old].toSorted());
  });

  test('R9: two members can exchange their addresses', async () => {
    const [first, second] = [mia.person.email, home.owner.person.email];
    for (const email of [first, second]) expect((await invite(email)).code).toBe('ALREADY_MEMBER');
    await signIn({ name: 'Mia', email: second });
    await gateway.ask('{ viewer { name } }', {
      token: await gateway.tokens.sign({ sub: home.owner.person.subject, name: 'Olive', email: first }),
    });
    await expect.poll(() => stored(mia.person)).toMatchObject({ email: second });
    await expect.poll(() => stored(home.owner.person)).toMatchObject({ email: first });
    for (const email of [first, second]) expect((await invite(email)).code).toBe('ALREADY_MEMBER');
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, object, object]>([
    ['an unverified address replaces none',              { name: 'Mia B', email: 'x@people.example', email_verified: false },    { name: 'Mia B' }],
    ['a text "true" doesn’t verify an address',          { name: 'Mia B', email: 'x@people.example', email_verified: 'true' },   { name: 'Mia B' }],
    ['a missing address removes none',                   { name: 'Mia B' },                                                      { name: 'Mia B' }],
    ['a text that is no address removes none',           { name: 'Mia B', email: 'not an address' },                             { name: 'Mia B' }],
    ['a missing name leaves the name',                   { email: 'y@people.example' },                                          { email: 'y@people.example' }],
    ['a blank name leaves the name',                     { email: 'y@people.example', name: '\u200b' },                          { email: 'y@people.example' }],
    ['preferred_username is a name',                     { preferred_username: 'mia.b' },                                        { name: 'mia.b' }],
    ['X1: a name is cleaned, an address canonical',      { name: ' Mi\u0301a\u202e B ', email: 'MIA@bücher.example' },           { name: 'Mía  B', email: 'mia@xn--bcher-kva.example' }],
  ])('R9: %s', async (_what, claims, changed) => {
    const before = await stored(mia.person);
    await signIn(claims);
    await signedIn(mia.person);
    expect(await stored(mia.person)).toEqual({ ...before, ...changed });
  });

  test('R9: a name that was only the old address goes with it', async () => {
    await life.database.sql('UPDATE person SET name = email WHERE subject = $1', [mia.person.subject]);
    await signIn({ email: fresh('new') });
    await expect.poll(() => stored(mia.person)).toEqual({ name: fresh('new'), email: fresh('new'), verified: true });
  });
});

/** Waits until a sign-in was written. */
const signedIn = ({ subject }: Person) =>
  expect
    .poll(async () => (await life.database.sql('SELECT FROM person WHERE subject = $1 AND signed_in_at IS NOT NULL', [subject])).length)
    .toBe(1);

const profile = (claims: Partial<Profile> = {}): Profile => ({
  ...{ issuer: ISSUER, subject: mia.person.subject, name: 'Mia', isNamed: true, email: fresh('token'), emailVerified: true },
  issuedAt: new Date('2026-11-01T12:00:00Z'),
  ...claims,
});
const at = (time: string) => new Date(`2026-11-01T${time}:00Z`);

describe('of several tokens', () => {
  test('R9: an older one doesn’t undo a newer sign-in, even one that changed nothing', async () => {
    await refreshPerson(database.query, profile({ issuedAt: at('12:00') }));
    await refreshPerson(database.query, profile({ issuedAt: at('13:00') }));
    await refreshPerson(database.query, profile({ issuedAt: at('12:30'), name: 'Older', email: fresh('older') }));
    await refreshPerson(database.query, profile({ issuedAt: null, name: 'Undated', email: fresh('undated') }));
    expect(await stored(mia.person)).toEqual({ name: 'Mia', email: fresh('token'), verified: true });
    await refreshPerson(database.query, profile({ issuedAt: at('13:00'), name: 'Same second' }));
    expect(await stored(mia.person)).toMatchObject({ name: 'Same second' });
  });

  test('R9: where the issuer dates none, the latest verified counts', async () => {
    await refreshPerson(database.query, profile({ issuedAt: null, name: 'First' }));
    await refreshPerson(database.query, profile({ issuedAt: null, name: 'Second' }));
    expect(await stored(mia.person)).toMatchObject({ name: 'Second' });
  });

  test('R9: a token from the future counts as now', async () => {
    await signIn({ name: 'Tomorrow', iat: inSeconds(86_400) });
    await expect.poll(() => stored(mia.person)).toMatchObject({ name: 'Tomorrow' });
    await refreshPerson(database.query, profile({ name: 'Now', issuedAt: new Date(Date.now() + 1_000) }));
    expect(await stored(mia.person)).toMatchObject({ name: 'Now' });
  });

  test('R9: on several replicas the newest wins, in whatever order they are written', async () => {
    const tokens = Array.from({ length: 40 }, (_, i) =>
      profile({ name: `Mia ${i}`, email: `${i}-${fresh('t')}`, issuedAt: at(`10:${10 + i}`) }),
    );
    const shuffled = tokens.map((_, i) => tokens[(i * 17) % tokens.length]!);
    await Promise.all(shuffled.map(token => refreshPerson(database.query, token)));
    expect(await stored(mia.person)).toEqual({ name: 'Mia 39', email: `39-${fresh('t')}`, verified: true });
  });

  test('R9: the same token writes once, on all replicas', async () => {
    const row = async () =>
      (await life.database.sql('SELECT xmin::text, ctid::text FROM person WHERE subject = $1', [mia.person.subject]))[0];
    await refreshPerson(database.query, profile());
    const before = await row();
    await Promise.all(Array.from({ length: 8 }, () => refreshPerson(database.query, profile())));
    expect(await row()).toEqual(before);
  });

  test('R9, R5: registering with an older token undoes nothing, and that token accepts nothing for its old address', async () => {
    const { email } = mia.person;
    expect((await life.run(home.owner, 'removeMember', { membershipId: mia.membershipId })).errors).toEqual([]);
    await refreshPerson(database.query, profile({ email: fresh('newer'), issuedAt: new Date() }));
    expect((await invite(email)).errors).toEqual([]);
    const old = { token: await gateway.tokens.sign({ sub: mia.person.subject, name: 'Old', email, iat: inSeconds(-600) }) };
    const { code } = await life.run(old, 'acceptInvitation', { code: await life.codeFor(email) });
    expect([code, await stored(mia.person)]).toEqual(['INVITATION_FOR_ANOTHER', { name: 'Mia', email: fresh('newer'), verified: true }]);
  });

  test('R2: signing in creates no row', async () => {
    const { token, subject } = await life.stranger('new@people.example');
    await gateway.ask('{ viewer { name } }', { token });
    await refreshPerson(database.query, profile({ subject }));
    expect(await stored({ subject })).toBeUndefined();
    await database.bind({ tenantId: home.tenant.id, personId: null }).transaction(async ({ query }) => {
      await registerPerson(query, crypto.randomUUID(), profile({ subject, issuedAt: at('12:00') }));
      await registerPerson(query, crypto.randomUUID(), profile({ subject, name: 'Older', issuedAt: at('11:00') }));
    });
    expect(await stored({ subject })).toMatchObject({ name: 'Mia' });
  });
});

describe('the write at sign-in', () => {
  test('is made once for a token, however many requests it has', async () => {
    const token = await gateway.tokens.sign({ sub: mia.person.subject, name: 'Once', email: fresh('once') });
    await gateway.ask('{ viewer { name } }', { token });
    await expect.poll(() => stored(mia.person)).toMatchObject({ name: 'Once' });
    await life.database.sql("UPDATE person SET name = 'By hand', signed_in_at = NULL WHERE subject = $1", [mia.person.subject]);
    for (let i = 0; i < 5; i += 1) await gateway.ask('{ viewer { name } }', { token });
    expect(await stored(mia.person)).toMatchObject({ name: 'By hand' });
  });

  test('neither delays nor fails the request, and is made up for', async () => {
    const holder = new pg.Client({ connectionString: life.database.adminUrl });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM person WHERE subject = $1 FOR UPDATE', [mia.person.subject]);
    expect((await signIn({ name: 'Waited', email: fresh('waited') })).errors).toEqual([]);
    expect(await stored(mia.person)).not.toMatchObject({ name: 'Waited' });
    const other = await life.join(home, ['viewer']);
    await gateway.ask('{ viewer { name } }', { token: await gateway.tokens.sign({ sub: other.person.subject, name: 'Meanwhile' }) });
    await expect.poll(() => stored(other.person)).toMatchObject({ name: 'Meanwhile' });
    await holder.query('COMMIT');
    await holder.end();
    await expect.poll(() => stored(mia.person)).toMatchObject({ name: 'Waited' });
    await life.database.sql(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $q$no$q$; END';
      CREATE TRIGGER fail BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION fail()`);
    const claims = { name: 'Failed', email: fresh('failed'), iat: inSeconds(1) };
    expect((await signIn(claims)).errors).toEqual([]);
    await life.database.sql('DROP TRIGGER fail ON person; DROP FUNCTION fail');
    expect((await signIn({ ...claims, name: 'Again' })).errors).toEqual([]);
    await expect.poll(() => stored(mia.person)).toMatchObject({ name: 'Again', email: fresh('failed') });
  });

  test('A1: leaves no event in any tenant', async () => {
    const before = await life.events(home);
    await signIn({ name: 'Quiet', email: fresh('quiet') });
    await expect.poll(() => stored(mia.person)).toMatchObject({ name: 'Quiet' });
    expect(await life.events(home)).toEqual(before);
  });
});
