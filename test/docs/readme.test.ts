import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTemporaryDemo } from '../support/demo.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

/** The commands that the README marks with `<!-- run: name -->`. */
const COMMANDS = new Map(
  [...README.matchAll(/<!-- run: ([a-z-]+) -->\n```sh\n([\s\S]*?)```/g)].map(([, name, command]) => [name!, command!]),
);

const hasCurl = ['/usr/bin/curl', '/bin/curl', '/usr/local/bin/curl', '/opt/homebrew/bin/curl'].some(file => existsSync(file));
if (!hasCurl) {
  const sentence = "The README's commands are tested with curl, which is missing: `apt-get install curl`.";
  if (process.env.CI) throw new Error(sentence);
  console.warn(sentence);
}

describe.skipIf(!hasCurl)("the README's commands, as printed but for the port", () => {
  let running: Awaited<ReturnType<typeof startTemporaryDemo>>;
  beforeAll(async () => {
    running = await startTemporaryDemo();
  });
  afterAll(() => running?.close());

  async function run(name: string) {
    const command = COMMANDS.get(name)!.replaceAll('http://127.0.0.1:4000', running.demo.url);
    const { stdout, stderr } = await promisify(execFile)('sh', ['-euc', command], {
      cwd: ROOT,
      env: { ...process.env, IPTO_HOME: running.directory },
    });
    expect(stderr.replaceAll(/^npm warn Unknown user config.*\n/gm, '')).toBe('');
    return JSON.parse(stdout);
  }

  test('there are these and no others', () => {
    expect([...COMMANDS.keys()]).toEqual(['public', 'viewer', 'refused', 'rename', 'sign-up', 'key']);
    expect(README.match(/curl -s/g)).toHaveLength(7);
  });

  test('public: the permission table', async () => {
    const { data } = await run('public');
    expect(data.permissions).toContainEqual({ name: 'tenant:rename', roles: ['OWNER', 'ADMIN'], statuses: ['ACTIVE'] });
  });

  test('viewer: sam in three tenants', async () => {
    const { data } = await run('viewer');
    expect(
      Object.fromEntries(data.viewer.memberships.map(({ slug, roles }: { slug: string; roles: string[] }) => [slug, roles.toSorted()])),
    ).toEqual({
      contoso: ['ADMIN'],
      northwind: ['VIEWER'],
      fabrikam: ['BUYER_MANAGER', 'OPERATOR'],
    });
  });

  test('refused: the answer that the README shows', async () => {
    const shown = JSON.parse(README.match(/```json\n([\s\S]*?)```/)![1]!);
    const { data, errors } = await run('refused');
    expect(data).toEqual(shown.data);
    const [{ locations: _, ...error }] = errors;
    expect(error).toEqual({ ...shown.errors[0], extensions: { ...shown.errors[0].extensions, requestId: error.extensions.requestId } });
    expect(errors).toHaveLength(1);
  });

  test('rename: sam as an admin of contoso', async () => {
    expect(await run('rename')).toEqual({ data: { renameTenant: { tenant: { name: 'Contoso Workshop' } } } });
  });

  test('key: a buyer_manager of northwind makes a key, and a program acts with it', async () => {
    expect(await run('key')).toEqual({
      data: {
        viewer: { principal: 'API_KEY', name: 'Nightly', permissions: ['tenant:read', 'usage:read'] },
        tenant: { slug: 'northwind' },
      },
    });
  });

  test('sign-up: somebody new', async () => {
    expect(await run('sign-up')).toEqual({
      data: { createTenant: { membership: { slug: 'analytical-engines', status: 'ACTIVE', plan: 'FREE', roles: ['OWNER'] } } },
    });
  });
});
