import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildSchema } from '../../../src/graphql/schema.ts';
import { checkDocuments, DocumentsFileError, readDocumentsFile } from '../../../src/http/graphql/documents-file.ts';
import { hashOf, idOf, manifestOf } from '../../support/documents.ts';

const PLANS = '{ plans { code } }';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ipto-documents-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string) {
  const file = path.join(folder, 'persisted-documents.json');
  await writeFile(file, text);
  return readDocumentsFile(file);
}

test('G9: the file of the operator has texts by their hashes, with a prefix or not', async () => {
  for (const id of [hashOf(PLANS), idOf(PLANS)])
    expect([...(await read(JSON.stringify({ [id]: PLANS })))]).toEqual([[hashOf(PLANS), PLANS]]);
});

// biome-ignore format: a table is read by its columns
test.each<[string, string, RegExp]>([
  ['no JSON',               '{',                                            /persisted-documents\.json can't be used/],
  ['a list',                '[]',                                           /holds no JSON object/],
  ['the hash of another',   JSON.stringify({ [hashOf('{ a }')]: PLANS }),   /is not the SHA-256 of its document\. Set `persistedDocuments/],
  ['SHA-1',                 JSON.stringify({ ['0'.repeat(40)]: PLANS }),    /is not a SHA-256/],
])('a file with %s names the setting and what to do', async (_what, text, message) => {
  await expect(read(text)).rejects.toThrow(DocumentsFileError);
  await expect(read(text)).rejects.toThrow(message);
  await expect(read(text)).rejects.toThrow(/^TRUSTED_DOCUMENTS_FILE is wrong: /);
});

test('a file that is not there is named', async () => {
  await expect(readDocumentsFile(path.join(folder, 'missing.json'))).rejects.toThrow(/missing\.json can't be used/);
});

test('a document that does not fit the schema stops the start', () => {
  const schema = buildSchema();
  const of = (text: string) => () => checkDocuments(schema, new Map(Object.entries(manifestOf(PLANS, text))));
  expect(of('{ roles { name } }')).not.toThrow();
  for (const text of ['{ nothing }', '{ plans { code }']) expect(of(text)).toThrow(new RegExp(`${idOf(text)} .* does not fit the schema`));
});
