import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isHash, newSecret, prefixOf, readKey } from '../../../src/domain/api-key/secret.ts';
import { newInvitationCode } from '../../../src/domain/invitation/secret.ts';

const NAME = { id: '0f0e0d0c-0b0a-4908-8706-050403020100', tenantId: '018f0000-0000-7000-8000-00000000000a' };
const bytesIn = (text: string) => Buffer.from(text.slice(5), 'base64url');

describe("a key's text", () => {
  test('K1: is `ipto_` and base64url of the key’s id, its tenant’s id and 32 random bytes', () => {
    const { text } = newSecret(NAME);
    expect(text).toMatch(/^ipto_[A-Za-z0-9_-]{86}$/);
    expect(bytesIn(text).subarray(0, 32).toString('hex')).toBe(`${NAME.id}${NAME.tenantId}`.replaceAll('-', ''));
    expect(new Set(Array.from({ length: 100 }, () => bytesIn(newSecret(NAME).text).subarray(32).toString('hex'))).size).toBe(100);
  });

  test("K1: is stored as a hash bound to its purpose, unlike a plain hash or an invitation's hash of the same bytes", () => {
    const { text, hash } = newSecret(NAME);
    const bytes = bytesIn(text);
    expect(Buffer.from(hash)).toEqual(createHash('sha256').update('ipto api key\0').update(bytes).digest());
    for (const other of [bytes, bytes.subarray(32)]) expect(Buffer.from(hash)).not.toEqual(createHash('sha256').update(other).digest());
  });

  test('T4: contains its tenant and its row, and its hash equals the stored hash', () => {
    const { text, hash } = newSecret(NAME);
    const read = readKey(text)!;
    expect(read).toEqual({ ...NAME, hash });
    expect(isHash(read.hash, hash)).toBe(true);
  });

  test('K1: the same secret under another key id or tenant has another hash', () => {
    const bytes = bytesIn(newSecret(NAME).text);
    const hashes = [randomUUID(), NAME.id].flatMap(id =>
      [randomUUID(), NAME.tenantId].map(tenant => {
        const text = `ipto_${Buffer.concat([Buffer.from((id + tenant).replaceAll('-', ''), 'hex'), bytes.subarray(32)]).toString('base64url')}`;
        return Buffer.from(readKey(text)!.hash).toString('hex');
      }),
    );
    expect(new Set(hashes).size).toBe(4);
  });

  const { text } = newSecret(NAME);
  test.each([
    ['', 'nothing'],
    ['ipto_', 'no bytes'],
    [text.slice(0, -1), 'one character too few'],
    [`${text}A`, 'one character too many'],
    [`${text}=`, 'padding'],
    [text.replace('ipto_', 'IPTO_'), 'another prefix'],
    [`${text.slice(0, -1)}${text.endsWith('B') ? 'C' : 'B'}`, 'unused bits that are set at its end'],
    [`${text.slice(0, 20)}!${text.slice(21)}`, 'a character outside base64url'],
    [newInvitationCode(NAME).code, 'the code of an invitation'],
  ])('%j is not a key: %s', given => {
    expect(readKey(given)).toBeNull();
  });

  test('K1: the displayed prefix is the first 17 characters, whatever the secret', () => {
    const texts = [newSecret(NAME).text, newSecret(NAME).text];
    expect(prefixOf(NAME.id)).toHaveLength(17);
    for (const each of texts) expect(each.startsWith(prefixOf(NAME.id))).toBe(true);
  });

  test('two hashes are compared correctly wherever they differ', () => {
    const hash = Uint8Array.from({ length: 32 }, (_, at) => at);
    expect(isHash(hash, hash.slice())).toBe(true);
    for (let at = 0; at < 32; at += 1) expect(isHash(hash, hash.with(at, 255))).toBe(false);
  });
});
