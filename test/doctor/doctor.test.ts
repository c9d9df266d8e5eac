import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { examine, exitCode } from '../../src/doctor/doctor.ts';
import { type Finding, type Group, ok, skipped, unchecked, wrong } from '../../src/doctor/finding.ts';
import { machineGroup } from '../../src/doctor/machine.ts';
import { settingsGroup } from '../../src/doctor/settings.ts';
import { webhooksGroup } from '../../src/doctor/webhooks.ts';
import { complaints, configOf, findings } from './config.ts';

const NOTHING = configOf({});
const group = (name: string, run: Group['run']): Group => ({ name, run });

describe('the doctor', () => {
  test('keeps the order of its groups, whichever ends first', async () => {
    const slow = group('slow', () => sleep(50, [ok('slow', 'done')]));
    const quick = group('quick', async () => [ok('quick', 'done'), skipped('other', 'not needed')]);
    expect((await examine(NOTHING, [slow, quick])).map(({ check }) => check)).toEqual(['slow', 'quick', 'other']);
  });

  test('gives a group up that does not end in time, and tells it so', async () => {
    let ended = false;
    const stuck = group('network', (_, signal) => {
      signal.addEventListener('abort', () => (ended = true));
      return new Promise(() => {});
    });
    expect(await examine(NOTHING, [stuck], 20)).toEqual([
      { check: 'network', outcome: 'unchecked', what: 'no result within 0.02 s', fix: 'run it again; look at the network' },
    ]);
    expect(ended).toBe(true);
  });

  test('reports what a group throws as unchecked', async () => {
    const broken = group('disk', async () => {
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    });
    expect(complaints(await examine(NOTHING, [broken]))).toEqual(['unchecked disk: connect ECONNREFUSED']);
  });

  test('prints no password and no key that an error message repeats, encoded or not', async () => {
    const config = configOf({
      DATABASE_URL: 'postgresql://ipto_gateway:p%40ss.word@db/ipto',
      SMTP_URL: 'smtps://user:mail$ecret@mail.example',
      S3_SECRET_ACCESS_KEY: 'a+secret/key',
      STORE_SECRET: 'thirty-two characters of a secret',
      WEBHOOK_KEYS: `${'A'.repeat(43)}=`,
    });
    const leaky = group('leak', async ({ secrets }) => secrets.map(secret => wrong('leak', `refused ${secret}: no`, 'nothing')));
    const texts = (await examine(config, [leaky])).map(({ what }) => what);
    expect(texts).toHaveLength(6);
    expect(new Set(texts)).toEqual(new Set(['refused ***: no']));
  });

  test.each([
    [0, [ok('a', ''), skipped('b', '')]],
    [1, [ok('a', ''), unchecked('b', '', ''), wrong('c', '', '')]],
    [2, [ok('a', ''), unchecked('b', '', '')]],
  ] as [number, Finding[]][])('exits with %i', (code, found) => {
    expect(exitCode(found)).toBe(code);
  });

  test('checks Node', async () => {
    expect(await findings(machineGroup, {})).toEqual([ok('Node', process.versions.node)]);
  });
});

describe('webhooks', () => {
  test('E2: without a key it says that there are none', async () => {
    expect(complaints(await findings(webhooksGroup, {}))).toEqual([
      "skipped webhooks: WEBHOOK_KEYS isn't set: webhooks can be neither created nor sent",
    ]);
  });

  test('E2: with keys it says how many, and what only tests are to set', async () => {
    const keys = [`${'A'.repeat(43)}=`, `${'B'.repeat(42)}A=`];
    expect(await findings(webhooksGroup, { WEBHOOK_KEYS: keys[0]! })).toEqual([ok('webhooks', 'one key')]);
    const found = await findings(webhooksGroup, { WEBHOOK_KEYS: keys.join(), WEBHOOK_ALLOW_LOOPBACK: 'true' });
    expect(found.map(({ outcome }) => outcome)).toEqual(['ok', 'skipped']);
    expect(JSON.stringify(found)).not.toContain('AAAA');
  });
});

describe('settings', () => {
  const GATEWAY = {
    DATABASE_URL: 'postgresql://ipto_gateway:secret@db/ipto',
    OIDC_ISSUER: 'https://id.example',
    OIDC_AUDIENCE: 'ipto',
    S3_BUCKET: 'objects',
  };

  test('of the gateway alone are complete without those of the worker', async () => {
    expect(complaints(await findings(settingsGroup, GATEWAY))).toEqual([
      'skipped settings of the worker: neither SMTP_URL, MAIL_FROM nor INVITATION_URL is set',
    ]);
  });

  test('that are wrong or missing are all named, without their values', async () => {
    const found = await findings(settingsGroup, { ...GATEWAY, PORT: 'canary', OIDC_AUDIENCE: '', SMTP_URL: 'http://canary.example' });
    expect(complaints(found)).toEqual([
      'wrong settings of the gateway: PORT is wrong: a port',
      'wrong settings of the gateway: OIDC_AUDIENCE is missing',
      'wrong settings of the worker: SMTP_URL is wrong: an smtp:// or smtps:// URL',
      'wrong settings of the worker: MAIL_FROM is missing',
      'wrong settings of the worker: INVITATION_URL is missing',
    ]);
    expect(JSON.stringify(found)).not.toContain('canary');
  });

  test('that are right are used, although others are wrong', () => {
    const { values } = configOf({ ...GATEWAY, PORT: 'canary', S3_ENDPOINT: 'http://elsewhere.example' });
    expect(values).toMatchObject({ DATABASE_URL: GATEWAY.DATABASE_URL, S3_BUCKET: 'objects', OIDC_CLOCK_SKEW: 30 });
    expect(values).not.toHaveProperty('PORT');
    expect(values).not.toHaveProperty('S3_ENDPOINT');
  });
});
