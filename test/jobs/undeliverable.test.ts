import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database/index.ts';
import { dueTenants } from '../../src/database/queries/jobs.ts';
import type { Mail } from '../../src/domain/core/services.ts';
import { settleTenant } from '../../src/jobs/settle.ts';
import { smtpMail } from '../../src/mail/smtp.ts';
import { type Replies, startMailServer } from '../support/mail-server.ts';
import { type MemberActor, type TenantWithMembers, useTenantActors } from '../support/tenant-actors.ts';

const life = useTenantActors();
const { gateway } = life;
let database: Database;
let server: Awaited<ReturnType<typeof startMailServer>>;
let mail: ReturnType<typeof smtpMail>;
beforeAll(async () => {
  database = openDatabase(life.database.runtimeUrl, { poolSize: 2 });
  server = await startMailServer();
  mail = smtpMail({ url: server.url, from: 'IPTO <no-reply@ipto.example>' });
});
afterAll(async () => {
  mail?.close();
  await server?.stop();
  await database?.close();
});

const ADDRESS = 'bo@people.example';
let home: TenantWithMembers;
let admin: MemberActor;
beforeEach(async () => {
  await life.database.sql('DELETE FROM invitation');
  server.replies.clear();
  server.tried.length = 0;
  server.taken.length = 0;
  home = await life.home();
  admin = await life.join(home, ['admin']);
});

const invite = (email = ADDRESS) => life.run(home.owner, 'inviteMember', { email, roles: ['VIEWER'] });
/** What each minute's sweep does. Returns whether the tenant was due. */
async function sweep(through: Mail = mail): Promise<boolean> {
  const isDue = (await dueTenants(database.query, gateway.clock.now())).includes(home.tenant.id);
  if (isDue) await settle(through).catch(() => {});
  return isDue;
}
/** Does what is due in the tenant, whatever made it due. */
const settle = (through: Mail = mail) =>
  settleTenant(
    database,
    { clock: gateway.clock, store: gateway.store, mail: through, acceptUrl: 'https://app.example/{code}' },
    home.tenant.id,
  );
/** Sweeps every minute and returns the minutes at which the server saw a try. */
async function triesWithin(minutes: number): Promise<number[]> {
  const at: number[] = [];
  for (let minute = 0; minute <= minutes; minute += 1) {
    const before = server.tried.length;
    await sweep();
    if (server.tried.length > before) at.push(minute);
    gateway.clock.advance({ minutes: 1 });
  }
  return at;
}
const DELIVERY = '{ tenant { invitations { edges { node { id email sentAt delivery { state tries replyCode reply nextTryAt } } } } } }';
const invitations = async (who: MemberActor = home.owner) => {
  const { data, errors, text } = await gateway.ask(DELIVERY, who);
  return { nodes: data.tenant.invitations?.edges.map(({ node }: { node: object }) => node), errors, text };
};
const deliveryOf = async (who?: MemberActor) => (await invitations(who)).nodes[0].delivery;

describe('a message that the mail server refuses permanently', () => {
  test.each<[string, Replies]>([
    ['the recipient', { rcpt: '550 5.1.1 <bo@people.example>: unknown in table mx7.internal' }],
    ['the message', { data: '554 5.7.1 bo@people.example thinks this is spam (mx7.internal)' }],
  ])('R5: %s, is given up after three tries, which no sweep hastens', async (_what, replies) => {
    server.replies.set(ADDRESS, replies);
    await invite();
    expect(await triesWithin(300)).toEqual([0, 5, 15]);
    expect(await sweep()).toBe(false);
    await settle();
    expect(server.tried).toHaveLength(3);
    const code = Number((replies.rcpt ?? replies.data)!.slice(0, 3));
    for (const who of [home.owner, admin]) {
      const delivery = await deliveryOf(who);
      expect(delivery).toMatchObject({ state: 'GIVEN_UP', tries: 3, replyCode: code, nextTryAt: null });
      expect(delivery.reply).toMatch(new RegExp(`^${code}: the mail`));
    }
    expect((await invitations()).text).not.toMatch(/mx7|internal|5\.[17]\.1|spam/);
  });

  test('R5: the place is held until the inviter revokes it, or invites the address again', async () => {
    server.replies.set(ADDRESS, { rcpt: '550 no' });
    await life.database.sql("UPDATE tenant SET plan_code = 'FREE' WHERE tenant_id = $1", [home.tenant.id]);
    await invite();
    await triesWithin(20);
    expect((await invite('cy@people.example')).code).toBe('LIMIT_REACHED');
    const [{ id }] = (await invitations()).nodes;
    expect((await life.run(home.owner, 'revokeInvitation', { invitationId: id })).errors).toEqual([]);
    expect((await invite('cy@people.example')).errors).toEqual([]);
    await life.database.sql('DELETE FROM invitation');
    await invite();
    await triesWithin(20);
    server.replies.clear();
    await invite();
    expect(await deliveryOf()).toMatchObject({ state: 'WAITING', tries: 0, replyCode: null, reply: null });
    await sweep();
    expect(await deliveryOf()).toMatchObject({ state: 'SENT', tries: 1, nextTryAt: null });
    expect(server.taken.map(({ to }) => to)).toEqual([[ADDRESS]]);
  });

  test('R8: others see neither the invitations nor their delivery', async () => {
    await invite();
    const viewer = await life.join(home, ['viewer', 'operator', 'buyer_manager', 'seller_manager']);
    const { nodes, errors } = await invitations(viewer);
    expect([nodes, errors[0]?.extensions.code]).toEqual([undefined, 'FORBIDDEN']);
  });
});

describe('a message that is not accepted for now', () => {
  const DAY = 24 * 60;

  test('R5: is tried with growing pauses of at most four hours, until the invitation expires', async () => {
    server.replies.set(ADDRESS, { rcpt: '450 4.2.0 greylisted' });
    await invite();
    expect(await triesWithin(DAY)).toEqual([0, 5, 15, 35, 75, 155, 315, 555, 795, 1035, 1275]);
    expect(await deliveryOf()).toMatchObject({
      ...{ state: 'RETRYING', tries: 11, replyCode: 450, reply: '450: the mailbox is not available at the moment' },
      nextTryAt: expect.any(String),
    });
    gateway.clock.advance({ days: 7 });
    server.tried.length = 0;
    await sweep();
    expect([server.tried, (await invitations()).nodes, (await life.events(home)).at(-1)?.action]).toEqual([[], [], 'invitation.expire']);
    expect(await sweep()).toBe(false);
  });

  test('R5: is sent once it is accepted, with a code that works', async () => {
    server.replies.set(ADDRESS, { rcpt: '450 later' });
    await invite();
    await triesWithin(7);
    server.replies.clear();
    expect(await triesWithin(10)).toEqual([7]);
    expect(await deliveryOf()).toMatchObject({ state: 'SENT', tries: 3, replyCode: null, reply: null, nextTryAt: null });
    const code = /ipto_invite_[\w-]+/.exec(server.taken[0]!.data.replace(/=\r\n/g, ''))![0];
    expect((await life.run(await life.stranger(ADDRESS), 'acceptInvitation', { code })).errors).toEqual([]);
  });

  // biome-ignore format: a table is read by its columns
  test.each([
    ['a server that asks us to sign in',  { rcpt: '530 5.7.0 authentication required' }, 530],
    ['a wrong order of commands',         { rcpt: '503 bad sequence' },                  503],
    ['a server that is full',             { data: '452 no space' },                      452],
  ])('R5: %s is not the recipient’s fault: nothing is given up', async (_what, replies, replyCode) => {
    server.replies.set(ADDRESS, replies);
    await invite();
    expect(await triesWithin(40)).toEqual([0, 5, 15, 35]);
    expect(await deliveryOf()).toMatchObject({ state: 'RETRYING', tries: 4, replyCode });
  });

  test('R5: a server that cannot be reached has no code, and is tried again', async () => {
    const gone = await startMailServer();
    await gone.stop();
    const nowhere = smtpMail({ url: gone.url, from: 'no-reply@ipto.example' });
    await invite();
    for (const minute of [0, 5, 15, 35, 75]) {
      expect([minute, await sweep(nowhere), await sweep(nowhere)]).toEqual([minute, true, false]);
      gateway.clock.advance({ minutes: Math.max(5, minute === 0 ? 5 : minute + 5) });
    }
    nowhere.close();
    expect(await deliveryOf()).toMatchObject({ state: 'RETRYING', tries: 5, replyCode: null, reply: null });
    await sweep();
    expect(await deliveryOf()).toMatchObject({ state: 'SENT' });
  });

  test('R5: a try that breaks off counts from when it begins, so that it is not repeated each minute', async () => {
    await invite();
    let during: unknown;
    const breaking: Mail = {
      send: async () => {
        during = await deliveryOf();
        await life.database.sql(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()",
        );
      },
    };
    await sweep(breaking);
    expect(during).toMatchObject({ state: 'RETRYING', tries: 1 });
    expect([await sweep(), server.tried]).toEqual([false, []]);
    gateway.clock.advance({ minutes: 5 });
    expect([await sweep(), server.tried]).toEqual([true, [ADDRESS]]);
  });

  test('one refused address delays no other', async () => {
    server.replies.set(ADDRESS, { rcpt: '550 no' });
    for (const email of [ADDRESS, 'cy@people.example']) await invite(email);
    await sweep();
    expect(server.taken.map(({ to }) => to)).toEqual([['cy@people.example']]);
  });
});

describe('a notice of a replaced owner has the same rule', () => {
  const facts = { tenant: 'Acme', reason: 'Gone', previous: 'Ann', owner: 'Bo' };
  const notify = () =>
    life.database.sql('INSERT INTO notice (tenant_id, id, email, facts, created_at) VALUES ($1, gen_random_uuid(), $2, $3, $4)', [
      ...[home.tenant.id, ADDRESS, JSON.stringify(facts), gateway.clock.now()],
    ]);
  const waiting = async () => (await life.database.sql('SELECT FROM notice WHERE tenant_id = $1', [home.tenant.id])).length;

  test('refused permanently, it is given up after three tries, which no sweep hastens', async () => {
    server.replies.set(ADDRESS, { rcpt: '550 no' });
    await notify();
    expect(await triesWithin(300)).toEqual([0, 5, 15]);
    expect([await waiting(), await sweep()]).toEqual([0, false]);
  });

  test('not accepted for now, it is tried with growing pauses, for three days', async () => {
    server.replies.set(ADDRESS, { rcpt: '450 later' });
    await notify();
    expect(await triesWithin(80)).toEqual([0, 5, 15, 35, 75]);
    server.tried.length = 0;
    gateway.clock.advance({ days: 3 });
    await sweep();
    expect([server.tried, await waiting()]).toEqual([[], 0]);
  });

  test('is sent once by runs at the same time, and once it is accepted', async () => {
    server.replies.set(ADDRESS, { rcpt: '450 later' });
    await notify();
    await sweep();
    server.replies.clear();
    gateway.clock.advance({ minutes: 5 });
    await Promise.all([settle(), settle(), settle()]);
    expect(server.taken.map(({ to }) => to)).toEqual([[ADDRESS]]);
    expect(await waiting()).toBe(0);
  });
});
