import { describe, expect, test } from 'vitest';
import { commandsIn, hasCurl, pageText, runCommand } from '../support/commands.ts';
import { useDemo } from '../support/demo.ts';

const [FIRST_STEPS, API] = ['docs/first-steps.md', 'docs/api.md'] as const;
const TEXTS = pageText(FIRST_STEPS) + pageText(API);
const COMMANDS = new Map([...commandsIn(FIRST_STEPS), ...commandsIn(API)]);

if (!hasCurl) {
  const sentence = 'The commands of the first steps are tested with curl, which is missing: `apt-get install curl`.';
  if (process.env.CI) throw new Error(sentence);
  console.warn(sentence);
}

describe.skipIf(!hasCurl)('the commands of the first steps and of the API work as printed, except for the port', () => {
  const running = useDemo();

  async function run(name: string) {
    const { stdout, stderr } = await runCommand(COMMANDS.get(name)!, running);
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  }

  test('the pages have exactly these commands', () => {
    expect([...COMMANDS.keys()]).toEqual(['public', 'viewer', 'refused', 'rename', 'sign-up', 'key']);
    expect(TEXTS.match(/curl -s/g)).toHaveLength(7);
  });

  test('public: the permission table', async () => {
    const { data } = await run('public');
    expect(data.permissions).toContainEqual({ name: 'TENANT_RENAME', roles: ['OWNER', 'ADMIN'], statuses: ['ACTIVE'] });
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

  test('refused: the answer that the page shows', async () => {
    const shown = JSON.parse(TEXTS.match(/```json\n([\s\S]*?)```/)![1]!);
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
        viewer: { principal: 'API_KEY', name: 'Nightly', permissions: ['TENANT_READ', 'USAGE_READ'] },
        tenant: { slug: 'northwind' },
      },
    });
  });

  test('sign-up: a new person', async () => {
    expect(await run('sign-up')).toEqual({
      data: { createTenant: { membership: { slug: 'analytical-engines', status: 'ACTIVE', plan: 'FREE', roles: ['OWNER'] } } },
    });
  });
});
