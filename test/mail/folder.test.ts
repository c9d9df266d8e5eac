import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { folderMail } from '../../src/mail/folder.ts';

let folder: string;
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), 'ipto-mail-')), 'outbox');
});
afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }));

const FROM = 'IPTO <no-reply@ipto.example>';
const message = { to: 'ines@people.example', subject: 'Hello', text: 'A line.\n' };

async function written(): Promise<{ headers: Record<string, string>; names: string[]; body: string; text: string }[]> {
  const files = (await readdir(folder)).sort();
  expect(files.every(file => file.endsWith('.eml'))).toBe(true);
  return Promise.all(
    files.map(async file => {
      const text = await readFile(path.join(folder, file), 'utf8');
      const [head = '', ...body] = text.split(/\r?\n\r?\n/);
      const fields = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
      const headers = Object.fromEntries(fields.map(field => [field.split(':')[0]!.toLowerCase(), field.slice(field.indexOf(':') + 2)]));
      return { headers, names: Object.keys(headers).sort(), body: body.join('\n\n'), text };
    }),
  );
}

/** The headers that a message has, and no other. */
const HEADERS = ['content-transfer-encoding', 'content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'];

describe('folderMail', () => {
  test('writes a message as a file that a mail program opens', async () => {
    await folderMail(folder, FROM).send(message);
    const [mail, ...others] = await written();
    expect(others).toEqual([]);
    expect(mail!.names).toEqual(HEADERS);
    expect(mail!.headers).toMatchObject({ from: FROM, to: 'ines@people.example', subject: 'Hello', 'mime-version': '1.0' });
    expect(mail!.body.trim()).toBe('A line.');
  });

  test('is readable by its owner only', async () => {
    await folderMail(folder, FROM).send(message);
    const [file] = await readdir(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(path.join(folder, file!))).mode & 0o777).toBe(0o600);
  });

  test('names files in the order of sending', async () => {
    const mail = folderMail(folder, FROM);
    for (const subject of ['one', 'two', 'three', 'four']) await mail.send({ ...message, subject });
    expect((await written()).map(({ headers }) => headers.subject)).toEqual(['one', 'two', 'three', 'four']);
  });

  test('writes each of many concurrent messages completely', async () => {
    const mail = folderMail(folder, FROM);
    const texts = Array.from({ length: 20 }, (_, i) => `${i} ${'x'.repeat(1_000)}`);
    await Promise.all(texts.map(text => mail.send({ ...message, text })));
    expect(await written()).toHaveLength(20);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string]>([
    ['an accent',             'Zoë invites you to Café Zürich',   'Zoë invites you to Café Zürich'],
    ['another alphabet',      'Жанна → 日本',                      'Жанна → 日本'],
    ['astral characters',     '😀 Acme',                           '😀 Acme'],
  ])('encodes %s in the subject, which a mail program decodes', async (_what, subject, reads) => {
    await folderMail(folder, FROM).send({ ...message, subject });
    const [mail] = await written();
    expect(mail!.text.split(/\r?\n\r?\n/)[0]).toMatch(/^[\x20-\x7e\r\n\t]*$/);
    expect(decoded(mail!.headers.subject!)).toBe(reads);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, Partial<typeof message>]>([
    ['CR and LF in a name',         { subject: 'Eve\r\nBcc: eve@evil.example\r\n\r\nBody invites you' }],
    ['LF in a name',                { subject: 'Eve\nX-Evil: yes' }],
    ['CR in a name',                { subject: 'Eve\rX-Evil: yes' }],
    ['an encoded word in a name',   { subject: '=?utf-8?Q?Eve=0D=0ABcc:_eve@evil.example?=' }],
  ])('adds no header for %s', async (_what, odd) => {
    await folderMail(folder, FROM).send({ ...message, ...odd });
    const [mail] = await written();
    expect(mail!.names).toEqual(HEADERS);
    expect(mail!.body.trim()).toBe('A line.');
  });

  test.each(['ines@people.example\r\nBcc: eve@evil.example', 'x@y.example>'])(
    'R9: %j is not an address, and nothing is written',
    async to => {
      await expect(folderMail(folder, FROM).send({ ...message, to })).rejects.toThrow('not a canonical address');
      await expect(written()).rejects.toThrow('ENOENT');
    },
  );
});

/** RFC 2047, as far as it is met here. */
function decoded(text: string): string {
  const words = text.replace(/\?=\s+=\?/g, '?==?').matchAll(/=\?UTF-8\?([BQ])\?([^?]*)\?=|([^=]+|=)/gi);
  const bytes = [...words].map(([, kind, coded, plain]) => {
    if (plain !== undefined) return Buffer.from(plain);
    if (kind!.toUpperCase() === 'B') return Buffer.from(coded!, 'base64');
    return Buffer.from(
      coded!.replace(/_/g, ' ').replace(/=([0-9A-F]{2})/gi, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    );
  });
  return Buffer.concat(bytes).toString();
}
