import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SecretKeys } from '../../src/domain/webhook/secret-keys.ts';
import { fixtures, type Member, type Tenant, useDatabase } from '../support/database.ts';
import { useGateway } from '../support/gateway.ts';
import { accept, type Receiver, startReceiver } from '../support/receiver.ts';
import { waitFor } from '../support/wait.ts';
import { type Command, run, start } from './command.ts';

const database = useDatabase();
const gateway = useGateway(database);
const [key, nextKey] = [randomBytes(32), randomBytes(32)];
const text = (bytes: Buffer) => bytes.toString('base64');
let receiver: Receiver;
let tenant: Tenant & { owner: Member };
const started: Command[] = [];
beforeAll(async () => {
  receiver = await startReceiver();
});
let tenants = 0;
beforeEach(async () => {
  receiver.answer = accept;
  receiver.received.length = 0;
  tenants += 1;
  const make = fixtures(database);
  tenant = await make.tenant(`of-hooks-${tenants}`, await make.person(`Owner ${tenants}`), { plan: 'PROFESSIONAL' });
});
afterEach(async () => {
  for (const command of started.splice(0)) await command.kill();
  await database.sql('DELETE FROM webhook');
});
afterAll(() => receiver.stop());

/** Adds a webhook whose secret is sealed with a key, as another gateway would. */
async function hook(sealedBy: Buffer): Promise<{ id: string; secret: Buffer }> {
  const [{ id }] = (await database.sql<{ id: string }>('SELECT gen_random_uuid() AS id')) as [{ id: string }];
  const secret = randomBytes(32);
  const sealed = new SecretKeys([sealedBy]).seal(secret, { tenantId: tenant.id, id });
  await database.sql(
    "INSERT INTO webhook (tenant_id, id, name, url, types, membership_id, secret) VALUES ($1, $2, 'Hook', $3, '{tenant.renamed}', $4, $5)",
    [tenant.id, id, receiver.url, tenant.owner.id, sealed],
  );
  return { id, secret };
}
const rename = async (name: string) => {
  const token = await gateway.tokenOf(tenant.owner.person);
  const { errors } = await gateway.ask(`mutation { renameTenant(input: { name: "${name}" }) { tenant { name } } }`, {
    token,
    tenant: tenant.id,
  });
  expect(errors).toEqual([]);
};
const worker = async (keys: string) => {
  const command = start(['worker'], {
    DATABASE_URL: database.runtimeUrl,
    SMTP_URL: 'smtp://127.0.0.1:1',
    MAIL_FROM: 'IPTO <no-reply@ipto.example>',
    INVITATION_URL: 'https://app.example/invitation#{code}',
    STORE_DIRECTORY: '/nowhere/objects',
    NODE_ENV: 'production',
    WEBHOOK_ALLOW_LOOPBACK: 'true',
    ...(keys && { WEBHOOK_KEYS: keys }),
  });
  started.push(command);
  await command.says(/"msg":"working"/);
  return command;
};
const delivery = async () =>
  (
    await database.sql<{ status: string; tries: number }>('SELECT status, tries FROM webhook_delivery WHERE tenant_id = $1', [tenant.id])
  )[0];

describe('npm run worker', () => {
  test('E2: sends an event soon after its change; its log says so, without URL and payload', async () => {
    const { secret } = await hook(key);
    const working = await worker(text(key));
    await rename('Canary name');
    await waitFor(() => expect(receiver.received).toHaveLength(1));
    const [{ body, headers }] = receiver.received as [(typeof receiver.received)[0]];
    new Webhook(secret, { format: 'raw' }).verify(body, headers as Record<string, string>);
    await working.says(/"msg":"webhook"/);
    expect(working.err()).toMatch(/"outcome":"delivered","statusCode":204/);
    for (const canary of ['Canary', receiver.url, text(secret)]) expect(working.out() + working.err()).not.toContain(canary);
    expect(await working.kill('SIGTERM')).toBe(0);
  });

  test('E2: one that is killed between sending and recording has it sent again, with the same id', async () => {
    await hook(key);
    receiver.answer = () => {}; // it never hears that it arrived
    const killed = await worker(text(key));
    await rename('Renamed');
    await waitFor(() => expect(receiver.received).toHaveLength(1));
    const waiting = { status: 'waiting', tries: 1 };
    await waitFor(async () => expect(await delivery()).toEqual(waiting));
    await killed.kill('SIGKILL');
    expect(await delivery()).toEqual(waiting);
    receiver.answer = accept;
    // as if the time after which a try that broke off is repeated had passed
    await database.sql('UPDATE webhook_delivery SET next_try_at = now()');
    await worker(text(key));
    await waitFor(() => expect(receiver.received).toHaveLength(2));
    const [first, again] = receiver.received;
    expect([again!.id, again!.body]).toEqual([first!.id, first!.body]);
    await waitFor(async () => expect(await delivery()).toEqual({ status: 'delivered', tries: 2 }));
  });

  test('E2: without a key it sends nothing, and works', async () => {
    await hook(key);
    await rename('Renamed');
    const working = await worker('');
    expect(await working.kill('SIGTERM')).toBe(0);
    expect(receiver.received).toEqual([]);
  });
});

describe('ipto webhook rotate-keys', () => {
  const rotate = (keys: string) => run(['webhook', 'rotate-keys'], { DATABASE_URL: database.runtimeUrl, WEBHOOK_KEYS: keys });
  const opened = async (by: Buffer, { id }: { id: string }, column = 'secret') => {
    const [row] = await database.sql<{ sealed: Buffer }>(`SELECT ${column} AS sealed FROM webhook WHERE id = $1`, [id]);
    return new SecretKeys([by]).open(row!.sealed, { tenantId: tenant.id, id });
  };

  test('E2: encrypts all secrets with the first key, earlier ones too, and may run again', async () => {
    const [first, second] = [await hook(key), await hook(nextKey)];
    await database.sql("UPDATE webhook SET earlier_secret = secret, earlier_until = now() + interval '1 day' WHERE id = $1", [first.id]);
    const done = '1 webhook encrypted with the first key. The others can be removed.\n';
    expect(await rotate(`${text(nextKey)},${text(key)}`)).toEqual({ code: 0, out: done, err: '' });
    expect(await opened(nextKey, first)).toEqual(first.secret);
    expect(await opened(nextKey, first, 'earlier_secret')).toEqual(first.secret);
    expect(await opened(nextKey, second)).toEqual(second.secret);
    expect((await rotate(text(nextKey))).out).toMatch(/^0 webhooks/);
  });

  test('E2: without the key of a secret it fails, names the setting, and changes nothing', async () => {
    const made = await hook(key);
    const { code, err } = await rotate(text(nextKey));
    expect(code).toBe(1);
    expect(err).toContain('WEBHOOK_KEYS');
    expect(err).not.toContain(text(nextKey));
    expect(await opened(key, made)).toEqual(made.secret);
    expect((await rotate('')).err).toMatch(/^WEBHOOK_KEYS is missing/);
  });
});
