import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { verifyWebhook, WebhookError } from '../../../packages/client/src/index.ts';

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;
const [SECRET, NEWER] = [newSecret(), newSecret()];
const BODY = '{"type":"tenant.suspended","reason":"Zahlung – überfällig"}';
const ID = '0198c0de-0000-7000-8000-000000000001';
const AT = new Date('2026-11-30T12:00:00Z');
const MINUTE = 60_000;

/** A message as standardwebhooks signs it. */
const signed = (body = BODY, secrets = [SECRET]) => ({
  'webhook-id': ID,
  'webhook-timestamp': String(AT.getTime() / 1_000),
  'webhook-signature': secrets.map(secret => new Webhook(secret).sign(ID, AT, body)).join(' '),
});
const verify = (headers: object, { body = BODY as string | Uint8Array, secret = SECRET as string | string[], later = 0 } = {}) =>
  verifyWebhook(body, headers as Record<string, string>, secret, { now: AT.getTime() + later });

describe('a message that standardwebhooks has signed', () => {
  test('is verified, with its id and time', async () => {
    expect(await verify(signed())).toEqual({ id: ID, sentAt: AT, payload: JSON.parse(BODY) });
  });

  test('may come as bytes, with the headers of fetch', async () => {
    expect(await verify(new Headers(signed()), { body: Buffer.from(BODY) })).toMatchObject({ id: ID });
  });

  test('may have several signatures, and the receiver several secrets', async () => {
    expect(await verify(signed(BODY, [NEWER, SECRET]))).toMatchObject({ id: ID });
    expect(await verify(signed(), { secret: [NEWER, SECRET] })).toMatchObject({ id: ID });
    const other = {
      ...signed(),
      'webhook-signature': `v1a,abc v2,${signed()['webhook-signature'].slice(3)} ${signed()['webhook-signature']}`,
    };
    expect(await verify(other)).toMatchObject({ id: ID });
  });

  test.each([-5 * MINUTE, 5 * MINUTE])('may be %i ms off the clock', async later => {
    expect(await verify(signed(), { later })).toMatchObject({ id: ID });
  });

  test('by the clock of now is what both accept', async () => {
    const now = new Date(Math.floor(Date.now() / 1_000) * 1_000);
    const headers = {
      'webhook-id': ID,
      'webhook-timestamp': String(now.getTime() / 1_000),
      'webhook-signature': new Webhook(SECRET).sign(ID, now, BODY),
    };
    expect(new Webhook(SECRET).verify(BODY, headers)).toEqual((await verifyWebhook(BODY, headers, SECRET)).payload);
  });
});

describe('a message is refused', () => {
  const { 'webhook-signature': signature, ...unsigned } = signed();
  test.each([
    ['without a header', 'HEADERS', () => verify(unsigned)],
    ['without an id', 'HEADERS', () => verify({ ...signed(), 'webhook-id': '' })],
    ['of another body', 'SIGNATURE', () => verify(signed(), { body: BODY.replace('suspended', 'resumed') })],
    ['of another secret', 'SIGNATURE', () => verify(signed(), { secret: NEWER })],
    ['of another id', 'SIGNATURE', () => verify({ ...signed(), 'webhook-id': 'other' })],
    ['of another time', 'SIGNATURE', () => verify({ ...signed(), 'webhook-timestamp': String(AT.getTime() / 1_000 + 1) })],
    ['with a signature that is cut', 'SIGNATURE', () => verify({ ...signed(), 'webhook-signature': signature.slice(0, -4) })],
    ['with a signature of another version', 'SIGNATURE', () => verify({ ...signed(), 'webhook-signature': signature.replace('v1', 'v0') })],
    ['with an empty signature', 'SIGNATURE', () => verify({ ...signed(), 'webhook-signature': 'v1,' })],
    ['with a signature that is no base64', 'SIGNATURE', () => verify({ ...signed(), 'webhook-signature': 'v1,*' })],
    ['that is old', 'TIMESTAMP', () => verify(signed(), { later: 5 * MINUTE + 1 })],
    ['of the future', 'TIMESTAMP', () => verify(signed(), { later: -5 * MINUTE - 1 })],
    ['without a time', 'TIMESTAMP', () => verify({ ...signed(), 'webhook-timestamp': 'NaN' })],
    ['because the secret is no secret', 'SECRET', () => verify(signed(), { secret: 'whsec_' })],
  ])('%s', async (_, fault, verified) => {
    const error = await verified().catch(reason => reason);
    expect(error).toBeInstanceOf(WebhookError);
    expect(error.fault).toBe(fault);
  });
});
