import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client, fetchExchange } from '@urql/core';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { commandsIn, hasCurl, runCommand } from '../support/commands.ts';
import { useDemo } from '../support/demo.ts';
import { ask } from '../support/gateway.ts';
import { typesOf } from './types.ts';

const demo = useDemo();
const ROOT = path.resolve(import.meta.dirname, '../..');
const schemaText = () => readFile(path.join(ROOT, 'schema.graphql'), 'utf8');
const QUERY = 'query Members { tenant { id name billingEmail memberships(first: 2) { edges { node { id roles user { name email } } } } } }';

test('urql shows the data of a partly refused response, and its errors', async () => {
  const token = await demo.demo.issuer.sign({ email: 'viewer@northwind.example', expiresIn: 60 });
  const client = new Client({
    url: `${demo.demo.url}/graphql`,
    exchanges: [fetchExchange],
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
  });
  const { data, error } = await client.query(QUERY, {}).toPromise();
  expect(data.tenant).toMatchObject({ name: 'Northwind Traders', billingEmail: null });
  expect(error!.graphQLErrors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
});

test.each(['http://localhost:5173', 'http://127.0.0.1:3000'])('the demo takes requests of the pages of %s', async origin => {
  const { url } = demo.demo;
  for (const at of ['/graphql', '/demo/token', '/objects/none']) {
    const { status, headers } = await fetch(url + at, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
    expect([at, status, headers.get('access-control-allow-origin')]).toEqual([at, 204, origin]);
  }
});

test.skipIf(!hasCurl)('the demo signs a token for a persona, as docs/clients.md says', async () => {
  const { stdout } = await runCommand(commandsIn('docs/clients.md').get('persona')!, demo);
  const { token } = JSON.parse(stdout);
  const { data } = await ask(demo.demo.url, '{ viewer { name } }', { token });
  expect(data).toEqual({ viewer: { name: 'Sam Rivera' } });
});

test('GraphQL Code Generator knows every scalar', async () => {
  const types = await typesOf(buildSchema(await schemaText()), [QUERY]);
  expect(types).not.toMatch(/(input|output): any;/);
});

test('relay-compiler takes the schema, with @catch and @throwOnFieldError', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'ipto-relay-'));
  try {
    await mkdir(path.join(folder, 'src'));
    await writeFile(path.join(folder, 'schema.graphql'), await schemaText());
    await writeFile(path.join(folder, 'package.json'), '{}');
    await writeFile(
      path.join(folder, 'src/members.ts'),
      `import { graphql } from 'relay-runtime';
graphql\`query membersQuery @throwOnFieldError { tenant { name memberships(first: 2) { edges { node { user { name email @catch } } } } } }\`;
graphql\`query membersAllQuery { tenant { name billingEmail } }\`;\n`,
    );
    await writeFile(
      path.join(folder, 'relay.config.json'),
      '{ "src": "src", "schema": "schema.graphql", "language": "typescript", "eagerEsModules": true }',
    );
    await promisify(execFile)(path.join(ROOT, 'node_modules/.bin/relay-compiler'), ['relay.config.json'], { cwd: folder });
    const strict = await readFile(path.join(folder, 'src/__generated__/membersQuery.graphql.ts'), 'utf8');
    expect(strict).toMatch(/readonly name: string;/);
    expect(strict).toMatch(/readonly email: (Result|ReadonlyArray|\{)/);
    const all = await readFile(path.join(folder, 'src/__generated__/membersAllQuery.graphql.ts'), 'utf8');
    expect(all).toMatch(/readonly name: string \| null \| undefined;/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
