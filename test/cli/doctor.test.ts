import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey, type LoopbackIssuer, startIssuer } from '../http/auth/oidc.ts';
import { useDatabase } from '../support/database.ts';
import { run } from './command.ts';

const database = useDatabase();
let issuer: LoopbackIssuer;
let objects: string;
beforeAll(async () => {
  issuer = await startIssuer();
  issuer.state.keys = [await createKey('ES256')];
  objects = await mkdtemp(join(tmpdir(), 'ipto-doctor-'));
});
afterAll(async () => {
  await issuer.close();
  await rm(objects, { recursive: true, force: true });
});

const settings = (more: Record<string, string> = {}) => ({
  DATABASE_URL: database.runtimeUrl,
  OIDC_ISSUER: issuer.issuer,
  OIDC_AUDIENCE: 'ipto',
  STORE_DIRECTORY: objects,
  STORE_SECRET: 'canary of thirty-two characters!',
  PUBLIC_URL: 'https://gateway.example',
  ...more,
});
/** pg_dump of this machine may be older than the server. */
const withoutPgDump = (text: string) => text.replace(/^.+pg_dump.+\n( +→.+\n)?/gm, '').replace(/^\d+ wrong.+\n/gm, '');

test('says that all is well, in lines, and exits with 0 unless pg_dump is too old', async () => {
  const { code, out, err } = await run(['doctor'], settings());
  expect(err).toBe('');
  expect(withoutPgDump(out)).not.toMatch(/WRONG|unknown/);
  expect(out).toMatch(/^ok {7}role +owns nothing and can't bypass row-level security$/m);
  expect(code).toBe(/^WRONG +pg_dump/m.test(out) ? 1 : 0);
});

test('says what is wrong, what fixes it, and no secret, and exits with 1', async () => {
  const url = Object.assign(new URL(database.runtimeUrl), { password: 'canary' }).href;
  const { code, out, err } = await run(
    ['doctor'],
    settings({ OIDC_AUDIENCE: '', DATABASE_URL: url, SMTP_URL: 'smtp://u:canary@127.0.0.1:1' }),
  );
  expect(code).toBe(1);
  expect(out).toMatch(/^WRONG {4}settings of the gateway +OIDC_AUDIENCE is missing\n +→ docs\/settings\.md describes it$/m);
  expect(out).toMatch(/^unknown {2}mail +connect ECONNREFUSED/m);
  expect(out + err).not.toContain('canary');
});

test('prints JSON, and exits with 2 if it could not check', async () => {
  const away = 'postgresql://ipto_gateway:canary@127.0.0.1:1/ipto';
  const { code, out } = await run(['doctor', '--json'], settings({ DATABASE_URL: away }));
  expect(code).toBe(2);
  const { exitCode, findings } = JSON.parse(out);
  expect(exitCode).toBe(2);
  expect(findings).toContainEqual({
    check: 'database',
    outcome: 'unchecked',
    what: expect.stringMatching(/^127\.0\.0\.1:1 is unreachable/),
    fix: 'correct the URL, or let this machine reach it',
  });
});
