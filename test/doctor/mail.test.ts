import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mailGroup } from '../../src/doctor/mail.ts';
import { startMailServer } from '../support/mail-server.ts';
import { complaints, findings } from './config.ts';

let server: Awaited<ReturnType<typeof startMailServer>>;
beforeAll(async () => {
  server = await startMailServer();
});
afterAll(() => server.stop());

const settings = (url: string) => ({ SMTP_URL: url, MAIL_FROM: 'IPTO <no-reply@ipto.example>' });

describe('the doctor and the mail server', () => {
  test('connects, and sends nothing', async () => {
    expect(await findings(mailGroup, settings(server.url))).toEqual([
      { check: 'mail', outcome: 'ok', what: `${new URL(server.url).host} answers` },
    ]);
    expect(server.taken).toEqual([]);
  });

  test('names a password that the server refuses, without printing it', async () => {
    const strict = await startMailServer('127.0.0.1', { asksForPassword: true });
    const url = strict.url.replace('://', '://user:canary@');
    const [finding, ...others] = await findings(mailGroup, settings(url));
    await strict.stop();
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ outcome: 'wrong', fix: 'correct user and password in SMTP_URL' });
    expect(JSON.stringify(finding)).not.toContain('canary');
  });

  test('cannot tell without an answer, and skips what is not set', async () => {
    expect(complaints(await findings(mailGroup, settings('smtp://127.0.0.1:1')))).toEqual([
      'unchecked mail: connect ECONNREFUSED 127.0.0.1:1',
    ]);
    expect(complaints(await findings(mailGroup, {}))).toEqual([
      "skipped mail: SMTP_URL isn't set: the worker needs it, the gateway doesn't",
    ]);
  });
});
