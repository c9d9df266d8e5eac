import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ApolloClient } from '@apollo/client';
import { addTypenameToDocument } from '@apollo/client/utilities';
import type { Client } from '@urql/core';
import { type DocumentNode, parse, print } from 'graphql';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../support/database.ts';
import { hashOf, manifestOf } from '../support/documents.ts';
import { useGateway } from '../support/gateway.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const database = useDatabase();
const gateway = useGateway(database);
const DOCUMENT = parse('query Caller { tenant { id name } }');
const QUERY = print(DOCUMENT);

type Recipe = { clientFor(uri: string, token: string): ApolloClient; registered(document: DocumentNode): string };
let folder: string;
let recipe: Recipe;
let urql: { clientFor(url: string, token: string): Client };
let token: string;
let owners = 0;
/** The bodies that the clients sent. */
let sent: string[];

/** A recipe of docs/trusted-documents.md. */
async function recipeOf<Exports>(name: string): Promise<Exports> {
  const page = await readFile(path.join(ROOT, 'docs/trusted-documents.md'), 'utf8');
  const [, code = ''] = new RegExp(`<!-- test: ${name} -->\n\`\`\`ts\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  await writeFile(path.join(folder, `${name}.ts`), code);
  return (await import(path.join(folder, `${name}.ts`))) as Exports;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ipto-clients-'));
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  recipe = await recipeOf<Recipe>('apollo');
  urql = await recipeOf('urql');
  const own = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    sent.push(String(init?.body ?? ''));
    return own(input, init);
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  sent = [];
  const make = fixtures(database);
  owners += 1;
  const owner = await make.person(`Owner ${owners}`);
  await make.tenant(`north-${owners}`, owner);
  token = await gateway.tokenOf(owner);
});

const register = (text: string) =>
  gateway.ask('mutation ($input: RegisterDocumentsInput!) { registerDocuments(input: $input) { documents { id } } }', {
    token,
    variables: { input: { app: 'Web', version: '1', documents: manifestOf(text) } },
  });
const ask = async (client: ApolloClient) =>
  (await client.query<{ tenant: { name: string } }>({ query: DOCUMENT, fetchPolicy: 'no-cache' })).data;

test("Apollo Client's link sends the hash alone of a registered document", async () => {
  const text = recipe.registered(addTypenameToDocument(DOCUMENT));
  expect((await register(text)).errors).toEqual([]);
  sent = [];
  const client = recipe.clientFor(`${gateway.url}/graphql`, token);
  for (let time = 0; time < 2; time += 1) expect((await ask(client))!.tenant.name).toBeDefined();
  expect(sent.map(body => body.includes('query Caller'))).toEqual([false, false]);
});

test("Apollo Client's link sends the text of a document that isn't registered, and stops sending hashes where none is", async () => {
  const client = recipe.clientFor(`${gateway.url}/graphql`, token);
  for (let time = 0; time < 3; time += 1) expect((await ask(client))!.tenant.name).toBeDefined();
  expect(sent.map(body => body.includes('query Caller'))).toEqual([false, true, true, true]);
  await register('{ __typename }');
  sent = [];
  const another = recipe.clientFor(`${gateway.url}/graphql`, token);
  for (let time = 0; time < 2; time += 1) expect((await ask(another))!.tenant.name).toBeDefined();
  expect(sent.map(body => body.includes('query Caller'))).toEqual([false, true, false, true]);
});

test.each(['', 'sha256:'])("urql sends the hash of codegen's document, written with %j in front, and no text", async prefix => {
  await register(QUERY);
  sent = [];
  const client = urql.clientFor(`${gateway.url}/graphql`, token);
  const document = Object.assign(parse(QUERY), { __meta__: { hash: prefix + hashOf(QUERY) } });
  const { data, error } = await client.query(document, {}).toPromise();
  expect([error, data.tenant.name]).toEqual([undefined, expect.any(String)]);
  expect(sent.at(-1)).not.toContain('tenant');
});
