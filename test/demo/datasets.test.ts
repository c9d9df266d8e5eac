import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEMO_TENANTS } from '../../src/demo/personas.ts';
import { useDemo } from '../support/demo.ts';
import { ask } from '../support/gateway.ts';
import { announced, send, UPLOAD } from '../support/provider.ts';

const demo = useDemo();

const as = async (email: string, query: string, variables = {}) =>
  ask(demo.demo.url, query, { token: await demo.demo.issuer.sign({ email, expiresIn: 60 }), variables });

test('M1: the sellers of the demo have listings of every status; other tenants have none', async () => {
  const found: Record<string, string[]> = {};
  for (const { slug } of DEMO_TENANTS) {
    const { data } = await as(`owner@${slug}.example`, '{ tenant { datasets(first: 10) { edges { node { listing { status } } } } } }');
    found[slug] = data.tenant.datasets.edges.map(({ node }: { node: { listing: { status: string } } }) => node.listing.status);
  }
  expect(found).toEqual({
    ...{ northwind: ['PUBLISHED', 'PUBLISHED', 'DRAFT'], adatum: ['PUBLISHED', 'PUBLISHED', 'WITHDRAWN'] },
    ...{ fabrikam: [], contoso: [], tailspin: [], litware: [] },
  });
});

test('M1: the bytes of its objects match their recorded checksum', async () => {
  const checksums: string[] = [];
  for (const slug of ['northwind', 'adatum']) {
    const { data } = await as(
      `viewer@${slug}.example`,
      '{ tenant { datasets(first: 5) { edges { node { objects(first: 5) { edges { node { sha256 storedAt } } } } } } } }',
    );
    for (const { node } of data.tenant.datasets.edges)
      for (const { node: object } of node.objects.edges) {
        expect(object.storedAt).not.toBeNull();
        checksums.push(object.sha256);
      }
  }
  const folder = join(demo.directory, 'objects');
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(entry => entry.isFile());
  const lying = await Promise.all(
    files.map(async ({ parentPath, name }) =>
      createHash('sha256')
        .update(await readFile(join(parentPath, name)))
        .digest('hex'),
    ),
  );
  expect(checksums).toHaveLength(8);
  expect(lying.sort()).toEqual(checksums.sort());
});

test('M1: a seller adds an object, by an upload link that the demo itself serves', async () => {
  const owner = 'owner@northwind.example';
  const { data } = await as(owner, '{ tenant { datasets(first: 1) { edges { node { id } } } } }');
  const input = { datasetId: data.tenant.datasets.edges[0].node.id, ...announced('new', { name: 'new.csv' }) };
  const added = await as(owner, `mutation ($input: AddObjectInput!) { addObject(input: $input) { object { id ${UPLOAD} } } }`, { input });
  const { id, upload } = added.data.addObject.object;
  expect((await send(upload, 'new')).status).toBe(204);
  const done = await as(owner, 'mutation ($id: ID!) { completeObject(input: { objectId: $id }) { object { storedAt } } }', { id });
  expect(done.data.completeObject.object.storedAt).not.toBeNull();
});
