import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ApolloClient, gql, type ObservableQuery } from '@apollo/client';
import type { Client } from '@urql/core';
import { type FetchFunction, fetchQuery, type GraphQLTaggedNode } from 'relay-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../support/database.ts';
import { useGateway } from '../support/gateway.ts';
import { recipeOf, typeErrors } from './recipe.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const NAMES = ['apollo-pages', 'tenants', 'include', 'apollo-token', 'relay-token'] as const;
const database = useDatabase();
const gateway = useGateway(database);
let folder: string;
let url: string;
/** The owner and a viewer of `north`; the viewer owns `south`. */
let owner: string;
let viewer: string;

beforeAll(async () => {
  const make = fixtures(database);
  const people = await Promise.all(['Owner', 'Viewer', 'Third', 'Fourth'].map(name => make.person(name)));
  const north = await make.tenant('north', people[0]!);
  for (const person of people.slice(1)) await make.member(north, person, ['viewer']);
  await make.tenant('south', people[1]!);
  url = `${gateway.url}/graphql`;
  [owner, viewer] = [await gateway.tokenOf(people[0]!), await gateway.tokenOf(people[2]!)];
  both = await gateway.tokenOf(people[1]!);
  folder = await mkdtemp(path.join(tmpdir(), 'ipto-recipes-'));
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  for (const name of NAMES) await writeFile(path.join(folder, `${name}.ts`), await recipeOf(name));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Somebody who is a viewer of `north` and owns `south`. */
let both: string;
const load = <Exports>(name: (typeof NAMES)[number]): Promise<Exports> => import(path.join(folder, `${name}.ts`));

test('the recipes have no type errors', async () => {
  expect(
    await typeErrors(
      folder,
      NAMES.map(name => `${name}.ts`),
    ),
  ).toBe('');
});

describe('fetchMore of Apollo Client', () => {
  type Members = { tenant: { memberships: { edges: { node: { user: { name: string; email: null } } }[] } } };
  type Recipe = {
    listMembers(uri: string, token: string): ObservableQuery<Members>;
    readMore(list: ObservableQuery<Members>): Promise<void>;
  };

  async function firstPage() {
    const { listMembers, readMore } = await load<Recipe>('apollo-pages');
    const list = listMembers(url, viewer);
    const subscription = list.subscribe(() => {});
    const names = () =>
      (list.getCurrentResult().data as Members | undefined)?.tenant?.memberships.edges.map(({ node }) => node.user.name) ?? [];
    await expect.poll(names).toEqual(['Owner', 'Viewer']);
    return { list, names, readMore, end: () => subscription.unsubscribe() };
  }

  test('shows the second page beside its refusals, with its own errorPolicy', async () => {
    const { list, names, readMore, end } = await firstPage();
    await readMore(list);
    await expect.poll(names).toEqual(['Owner', 'Viewer', 'Third', 'Fourth']);
    end();
  });

  test('has no second page without it', async () => {
    const { list, names, end } = await firstPage();
    const after = (list.getCurrentResult().data as unknown as { tenant: { memberships: { pageInfo: { endCursor: string } } } }).tenant
      .memberships.pageInfo.endCursor;
    await list.fetchMore({ variables: { after } }).catch(() => {});
    expect(names()).toEqual(['Owner', 'Viewer']);
    end();
  });
});

describe('R6: after a switch of the tenant nothing of the previous one is shown', () => {
  type Recipe = {
    apollo(url: string, token: string, tenant: string): ApolloClient;
    urql(url: string, token: string, tenant: string): Client;
    relay(url: string, token: string, tenant: string): Parameters<typeof fetchQuery>[0];
  };
  const TEXT = 'query Tenant { tenant { slug } }';
  let recipe: Recipe;
  beforeAll(async () => {
    recipe = await load<Recipe>('tenants');
  });

  test('in Apollo Client', async () => {
    const slugIn = async (client: ApolloClient) =>
      (await client.query<{ tenant: { slug: string } }>({ query: gql(TEXT) })).data?.tenant.slug;
    expect(await slugIn(recipe.apollo(url, both, 'north'))).toBe('north');
    expect(await slugIn(recipe.apollo(url, both, 'south'))).toBe('south');
  });

  test('in urql', async () => {
    const slugIn = async (client: Client) => (await client.query(TEXT, {}).toPromise()).data.tenant.slug;
    expect(await slugIn(recipe.urql(url, both, 'north'))).toBe('north');
    expect(await slugIn(recipe.urql(url, both, 'south'))).toBe('south');
  });

  test('in Relay', async () => {
    const slugIn = async (environment: Parameters<typeof fetchQuery>[0]) =>
      ((await fetchQuery(environment, REQUEST, {}).toPromise()) as { tenant: { slug: string } }).tenant.slug;
    expect(await slugIn(recipe.relay(url, both, 'north'))).toBe('north');
    expect(await slugIn(recipe.relay(url, both, 'south'))).toBe('south');
  });
});

test('G3: @include with what the person may leaves out what would be refused', async () => {
  const { members } = await load<{ members(client: Client): Promise<object[]> }>('include');
  const { urql } = await load<{ urql(url: string, token: string, tenant: string): Client }>('tenants');
  expect(await members(urql(url, viewer, 'north'))).toEqual(
    ['Owner', 'Viewer', 'Third', 'Fourth'].map(name => expect.objectContaining({ name })),
  );
  expect((await members(urql(url, viewer, 'north'))).filter(user => 'email' in user)).toEqual([]);
  expect((await members(urql(url, owner, 'north')))[0]).toMatchObject({ name: 'Owner', email: 'owner@people.example' });
});

describe('a token that the gateway refuses', () => {
  /** Tokens one after the other: what `renew` returns. */
  function renewer(...tokens: string[]) {
    let calls = 0;
    return { renew: async () => tokens[Math.min(calls++, tokens.length - 1)]!, calls: () => calls };
  }

  test('is renewed once in Apollo Client', async () => {
    const { clientFor } = await load<{ clientFor(uri: string, renew: () => Promise<string>): ApolloClient }>('apollo-token');
    const query = gql('{ viewer { name } }');
    const good = renewer('no.longer.valid', owner);
    expect((await clientFor(url, good.renew).query({ query })).data).toMatchObject({ viewer: { name: 'Owner' } });
    expect(good.calls()).toBe(2);
    const bad = renewer('no.longer.valid');
    await expect(clientFor(url, bad.renew).query({ query })).rejects.toThrow(/token/i);
    expect(bad.calls()).toBe(2);
  });

  test('is renewed once in the network of Relay', async () => {
    const { networkFor } = await load<{ networkFor(url: string, renew: () => Promise<string>): FetchFunction }>('relay-token');
    const ask = (renew: () => Promise<string>) =>
      networkFor(url, renew)({ text: '{ viewer { name } }' } as never, {}, {}, null) as Promise<{
        data?: unknown;
        errors?: { extensions: object }[];
      }>;
    const good = renewer('no.longer.valid', owner);
    expect((await ask(good.renew)).data).toEqual({ viewer: { name: 'Owner' } });
    const bad = renewer('no.longer.valid');
    expect((await ask(bad.renew)).errors![0]!.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect([good.calls(), bad.calls()]).toEqual([2, 2]);
  });
});

/** `query Tenant { tenant { slug } }` as relay-compiler writes it. */
const REQUEST = (() => {
  const slug = { alias: null, args: null, kind: 'ScalarField', name: 'slug', storageKey: null };
  const selections = [
    {
      alias: null,
      args: null,
      concreteType: 'Tenant',
      kind: 'LinkedField',
      name: 'tenant',
      plural: false,
      selections: [slug],
      storageKey: null,
    },
  ];
  const fragment = {
    argumentDefinitions: [],
    kind: 'Fragment',
    metadata: null,
    name: 'Tenant',
    selections,
    type: 'Query',
    abstractKey: null,
  };
  const operation = { argumentDefinitions: [], kind: 'Operation', name: 'Tenant', selections };
  return {
    ...{ fragment, kind: 'Request', operation },
    params: { cacheID: 'tenant', id: null, metadata: {}, name: 'Tenant', operationKind: 'query', text: 'query Tenant { tenant { slug } }' },
  } as unknown as GraphQLTaggedNode;
})();
