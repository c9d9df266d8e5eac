import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, expect, inject, test } from 'vitest';
import { withDatabase } from '../support/database-cluster.ts';
import { asAdmin, newRole } from '../support/isolation/databases.ts';
import { run } from './command.ts';

const adminUrl = withDatabase(inject('cluster').adminUrl, 'postgres');
const roles: string[] = [];
afterAll(async () => {
  for (const role of roles) await asAdmin(`DROP ROLE ${role}`);
});

async function existing() {
  const role = await newRole();
  roles.push(role.name);
  return role;
}
const urlOf = (username: string, password: string) => Object.assign(new URL(adminUrl), { username, password }).href;
const stored = async (role: string): Promise<string> =>
  (await asAdmin(`SELECT rolpassword AS password FROM pg_authid WHERE rolname = '${role}'`)).rows[0].password;
const rotate = (url: string) => run(['role', 'password'], { DATABASE_URL: url, MIGRATE_DATABASE_URL: adminUrl });

async function connects(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  return await client
    .connect()
    .then(() => client.end())
    .then(
      () => true,
      () => false,
    );
}

test('the role gets the password that DATABASE_URL names, and connects with it and no other', async () => {
  const { name, password } = await existing();
  const chosen = `new/${randomBytes(8).toString('hex')}?`;
  expect(await rotate(urlOf(name, chosen))).toEqual({ code: 0, out: '', err: `Role ${name} has the password that DATABASE_URL names.\n` });
  expect(await stored(name)).toMatch(/^SCRAM-SHA-256\$4096:[\w+/]+=*\$[\w+/]+=*:[\w+/]+=*$/);
  expect(await connects(urlOf(name, chosen))).toBe(true);
  // A local cluster may trust everybody.
  if (!(await connects(urlOf(name, 'no password of anybody')))) expect(await connects(urlOf(name, password))).toBe(false);
});

test.each([
  [
    'a role that does not exist',
    'no_such_role',
    'secret',
    /^Can't set the password: there is no role no_such_role\. `npm run migrate` creates it\.\n$/,
  ],
  ['a superuser', '', 'secret', /^Can't set the password: \w+ is not the gateway's role\. Name that role in DATABASE_URL\.\n$/],
  [
    'a password that clients encode differently',
    'no_such_role',
    'pässword',
    /^Can't set the password: it may have ASCII letters, digits and signs only\.\n$/,
  ],
])('%s is refused, and nothing changes', async (_what, name, password, sentence) => {
  const superuser = new URL(adminUrl).username;
  const before = await stored(superuser);
  const { code, out, err } = await rotate(urlOf(name || superuser, password));
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(sentence);
  expect(await stored(superuser)).toEqual(before);
});
