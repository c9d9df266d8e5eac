import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../support/database.ts';
import { codeIn, useGateway } from '../support/gateway.ts';
import { startMailServer } from '../support/mail-server.ts';
import { waitFor } from '../support/wait.ts';
import { type Command, run, start } from './command.ts';

const database = useDatabase();
const gateway = useGateway(database);
let post: Awaited<ReturnType<typeof startMailServer>>;
const started: Command[] = [];
beforeAll(async () => {
  post = await startMailServer();
});
afterEach(async () => {
  for (const command of started.splice(0)) await command.kill();
});
afterAll(() => post?.stop());

const settings = (more: Record<string, string> = {}) => ({
  DATABASE_URL: database.runtimeUrl,
  SMTP_URL: post.url,
  MAIL_FROM: 'IPTO <no-reply@ipto.example>',
  INVITATION_URL: 'https://app.example/invitation#{code}',
  STORE_DIRECTORY: '/nowhere/objects',
  NODE_ENV: 'production',
  ...more,
});
function working(more?: Record<string, string>) {
  const command = start(['worker'], settings(more));
  started.push(command);
  return command;
}

describe('npm run worker', () => {
  test('without settings names the missing ones, without a stack trace, and exits with 1', async () => {
    expect(await run(['worker'])).toEqual({
      code: 1,
      out: '',
      err: 'DATABASE_URL is missing; SMTP_URL is missing; MAIL_FROM is missing; INVITATION_URL is missing; STORE_DIRECTORY (or S3_BUCKET) is missing. docs/settings.md describes them.\n',
    });
  });

  test('does not work under a superuser, which row-level security does not restrict', async () => {
    const { code, err } = await run(['worker'], settings({ DATABASE_URL: database.adminUrl }));
    expect(code).toBe(1);
    expect(err).toMatch(/is a superuser, which row-level security does not restrict/);
  });

  test("R5: sends an invitation that another gateway created, and its code works; the worker's log contains neither code nor message", async () => {
    const make = fixtures(database);
    const owner = await make.person('Olga Owner');
    await make.tenant('acme', owner, { plan: 'STARTER' });
    const worker = working();
    await worker.says(/"msg":"working"/);
    const token = await gateway.tokenOf(owner);
    const invite = 'mutation { inviteMember(input: { email: "ada@people.example", roles: [VIEWER] }) { invitation { email } } }';
    expect((await gateway.ask(invite, { token })).errors).toEqual([]);
    await waitFor(() => expect(post.taken).toHaveLength(1));
    const [{ from, to, data }] = post.taken as [(typeof post.taken)[0]];
    expect({ from, to }).toEqual({ from: 'no-reply@ipto.example', to: ['ada@people.example'] });
    const code = codeIn({ to: '', subject: '', text: data.replace(/=\r?\n/g, '') });
    const ada = await gateway.tokens.sign({ sub: 'ada', name: 'Ada', email: 'ada@people.example' });
    const { data: accepted } = await gateway.ask(
      'mutation ($code: String!) { acceptInvitation(input: { code: $code }) { membership { slug } } }',
      { token: ada, variables: { code } },
    );
    expect(accepted).toEqual({ acceptInvitation: { membership: { slug: 'acme' } } });
    expect(await worker.kill('SIGTERM')).toBe(0);
    for (const secret of [code, 'You are invited']) expect(worker.out() + worker.err()).not.toContain(secret);
  });

  test('waits for an unreachable database, and exits on a signal', async () => {
    const worker = working({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' });
    await worker.says(/cannot reach the database; retrying/);
    expect(await worker.kill('SIGTERM')).toBe(0);
  });
});
