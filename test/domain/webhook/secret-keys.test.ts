import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SecretKeys, secretKeysOf } from '../../../src/domain/webhook/secret-keys.ts';

const [first, second] = [randomBytes(32), randomBytes(32)];
const place = { tenantId: 'a tenant', id: 'a webhook' };
const secret = Buffer.from('a secret of some webhook');

describe('the keys of webhook secrets', () => {
  test('E2: both open, and the first seals', () => {
    const old = new SecretKeys([first]).seal(secret, place);
    const both = new SecretKeys([second, first]);
    expect(both.open(old, place)).toEqual(secret);
    expect([both.isCurrent(old), both.isCurrent(both.seal(secret, place))]).toEqual([false, true]);
    expect(new SecretKeys([second]).open(both.seal(secret, place), place)).toEqual(secret);
  });

  test('E2: a key that is gone opens nothing, and the error says which setting lacks it', () => {
    const old = new SecretKeys([first]).seal(secret, place);
    expect(() => new SecretKeys([second]).open(old, place)).toThrow('WEBHOOK_KEYS');
  });

  test('E2: a changed byte anywhere does not open', () => {
    const keys = new SecretKeys([first]);
    const sealed = keys.seal(secret, place);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Uint8Array.from(sealed);
      changed[at]! ^= 1;
      expect(() => keys.open(changed, place)).toThrow();
    }
  });

  test('E2: the same secret is never sealed the same', () => {
    const keys = new SecretKeys([first]);
    expect(keys.seal(secret, place)).not.toEqual(keys.seal(secret, place));
  });

  test('E2: without a key it is NOT_CONFIGURED, which names the setting', () => {
    expect(() => secretKeysOf({ keys: null, allowLoopback: false })).toThrow(
      expect.objectContaining({ code: 'NOT_CONFIGURED', message: expect.stringContaining('WEBHOOK_KEYS') }),
    );
  });
});
