import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database/index.ts';
import type { Message } from '../../src/domain/core/services.ts';
import { settleTenant } from '../../src/jobs/settle.ts';
import { codeIn } from '../support/gateway.ts';
import { type TenantWithMembers, useTenantFixtures } from '../support/tenant-fixtures.ts';
import { waitFor } from '../support/wait.ts';

const life = useTenantFixtures();
let replicas: Database[];
beforeAll(async () => {
  replicas = Array.from({ length: 4 }, () => openDatabase(life.database.runtimeUrl, { poolSize: 1 }));
});
afterAll(async () => {
  for (const replica of replicas) await replica.close();
});

let home: TenantWithMembers;
let sent: Message[];
beforeEach(async () => {
  home = await life.home();
  sent = [];
  await life.database.sql('DELETE FROM invitation');
});

const invite = async (...emails: string[]) => {
  for (const email of emails) expect((await life.mutate(home.owner, 'inviteMember', { email, roles: ['VIEWER'] })).errors).toEqual([]);
};
const postThat = (send: (message: Message) => Promise<void>) => ({
  clock: life.gateway.clock,
  store: life.gateway.store,
  mail: { send: async (message: Message) => send(message).then(() => void sent.push(message)) },
  acceptUrl: 'https://app.example/{code}',
});
const recipients = () => sent.map(({ to }) => to).sort();
const accept = async (message: Message) => {
  const token = await life.gateway.tokenOf({ subject: message.to, email: message.to, name: message.to });
  return life.mutate({ token }, 'acceptInvitation', { code: codeIn(message) });
};
const held = () =>
  life.database.sql(
    "SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
  );
/** A message that stays in delivery until it is released, and its sender. */
async function sendingSlowly() {
  let letGo = () => {};
  const gate = new Promise<void>(resolve => {
    letGo = resolve;
  });
  let isOnItsWay = false;
  const post = postThat(() => {
    isOnItsWay = true;
    return gate;
  });
  const first = settleTenant(replicas[0]!, post, home.id);
  await waitFor(() => expect(isOnItsWay).toBe(true));
  expect(await held()).toHaveLength(1);
  return { first, letGo: () => letGo() };
}

describe('sending invitations', () => {
  test('a refused address delays no other message: each is tried once, and the failures are thrown at the end', async () => {
    await invite('a@people.example', 'bad@people.example', 'c@people.example', 'worse@people.example', 'e@people.example');
    const tried: string[] = [];
    const post = postThat(async ({ to }) => {
      tried.push(to);
      if (to.startsWith('bad') || to.startsWith('worse')) throw new Error(`refused: ${to}`);
    });
    const failure = await settleTenant(replicas[0]!, post, home.id).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AggregateError);
    expect((failure as AggregateError).message).toBe('2 invitations could not be sent');
    expect((failure as AggregateError).errors.map(error => error.message)).toEqual([
      'refused: bad@people.example',
      'refused: worse@people.example',
    ]);
    expect(tried).toEqual(['a@people.example', 'bad@people.example', 'c@people.example', 'worse@people.example', 'e@people.example']);
    expect(recipients()).toEqual(['a@people.example', 'c@people.example', 'e@people.example']);
  });

  test('a message that was not accepted is tried again, with a valid code', async () => {
    await invite('later@people.example');
    let isOpen = false;
    const post = postThat(async () => {
      if (!isOpen) throw new Error('the mail server is away');
    });
    await expect(settleTenant(replicas[0]!, post, home.id)).rejects.toThrow('1 invitations could not be sent');
    expect(sent).toEqual([]);
    isOpen = true;
    life.gateway.clock.advance({ minutes: 5 });
    await settleTenant(replicas[0]!, post, home.id);
    expect(recipients()).toEqual(['later@people.example']);
    expect((await accept(sent[0]!)).errors).toEqual([]);
  });

  test('repeated sending sends an invitation once', async () => {
    await invite('once@people.example');
    const post = postThat(async () => {});
    for (let i = 0; i < 3; i += 1) await settleTenant(replicas[0]!, post, home.id);
    await settleTenant(replicas[1]!, post, home.id);
    expect(recipients()).toEqual(['once@people.example']);
  });

  test('while one worker sends a message, others neither send it nor replace its code', async () => {
    await invite('slow@people.example');
    const { first, letGo } = await sendingSlowly();
    for (const replica of replicas.slice(1))
      await settleTenant(
        replica,
        postThat(async () => {}),
        home.id,
      );
    expect(sent).toEqual([]);
    letGo();
    await first;
    expect(recipients()).toEqual(['slow@people.example']);
    expect((await accept(sent[0]!)).errors).toEqual([]);
  });

  test('many workers at once send each invitation once, and every code works', async () => {
    const emails = Array.from({ length: 8 }, (_, i) => `many-${i}@people.example`);
    await invite(...emails);
    const post = postThat(() => new Promise(resolve => setImmediate(resolve)));
    const settled = () => Promise.all(replicas.map(replica => settleTenant(replica, post, home.id)));
    await settled();
    await settled(); // where one kept the other from it
    expect(recipients()).toEqual(emails);
    for (const message of sent) expect((await accept(message)).errors).toEqual([]);
  });

  test('while a message is being sent, no lock is held on the tenant: members can write', async () => {
    await invite('blocked@people.example');
    const { first, letGo } = await sendingSlowly();
    expect((await life.mutate(home.admin, 'renameTenant', { name: 'Meanwhile' })).errors).toEqual([]);
    const { data } = await life.query(home.owner, '{ tenant { invitations { edges { node { id } } } } }');
    const invitationId = data.tenant.invitations.edges[0].node.id;
    expect((await life.mutate(home.owner, 'revokeInvitation', { invitationId })).errors).toEqual([]);
    letGo();
    await first;
    expect((await accept(sent[0]!)).errors).toMatchObject([{ extensions: { code: 'INVITATION_INVALID' } }]);
  });

  test('R5: the code is in no row and no job', async () => {
    await invite('secret@people.example');
    await settleTenant(
      replicas[0]!,
      postThat(async () => {}),
      home.id,
    );
    const secret = codeIn(sent[0]!).slice(-20);
    expect(JSON.stringify(await life.rows({}))).not.toContain(secret);
    expect(JSON.stringify(await life.database.sql('SELECT * FROM graphile_worker._private_jobs'))).not.toContain(secret);
  });
});
