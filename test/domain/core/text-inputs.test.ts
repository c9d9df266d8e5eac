import { type GraphQLInputObjectType, GraphQLString, getNamedType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { searchOf } from '../../../src/domain/marketplace/search.ts';
import { buildSchema } from '../../../src/graphql/schema.ts';
import { manifestOf } from '../../support/documents.ts';
import { mismatches } from '../../support/mismatches.ts';
import { announced, PRICE, providerOf } from '../../support/provider.ts';
import { useResource } from '../../support/resource.ts';
import { type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';
import { WEBHOOK } from '../../support/webhooks.ts';

const life = useTenantFixtures();
const staff = useResource(() => life.staff());
let home: TenantWithMembers;
let ids: { webhookId: string; datasetId: string; listingId: string };
beforeAll(async () => {
  home = await life.home();
  const provider = providerOf(life);
  const draftedId = await provider.dataset(home.owner, 'Drafted');
  const made = await life.mutate(home.owner, 'createWebhook', WEBHOOK, 'webhook { id }');
  const listingId = await provider.draft(home.owner, draftedId);
  ids = { webhookId: made.data.createWebhook.webhook.id, datasetId: await provider.dataset(home.owner), listingId };
});

/**
 * Every input of people's text that is one line: the mutation, who sends it, and the input around
 * the text.
 */
// biome-ignore format: a table is read by its columns
const LINES: readonly (readonly [string, 'owner' | 'staff', string, (text: string) => object])[] = [
  ['a tenant that is created',   'owner', 'createTenant',       name => ({ name, slug: 'a-slug-of-its-own' })],
  ['a tenant that is renamed',   'owner', 'renameTenant',       name => ({ name })],
  ['a tenant that staff rename', 'staff', 'staffRenameTenant',  name => ({ tenantId: home.id, name })],
  ['a reason',                   'staff', 'staffSuspendTenant', reason => ({ tenantId: home.id, reason })],
  ['a reason to replace',        'staff', 'staffReplaceOwner',  reason => ({ tenantId: home.id, membershipId: Buffer.from(`Membership:${home.id}:${home.viewer.id}`).toString('base64url'), reason })],
  ['a dataset that is created',  'owner', 'createDataset',      name => ({ name })],
  ['a dataset that is updated',  'owner', 'updateDataset',      name => ({ datasetId: ids.datasetId, name })],
  ['a title that is drafted',    'owner', 'draftListing',       title => ({ datasetId: ids.datasetId, title, price: PRICE })],
  ['a tag that is drafted',      'owner', 'draftListing',       tag => ({ datasetId: ids.datasetId, title: 'T', price: PRICE, tags: [tag] })],
  ['a title that is updated',    'owner', 'updateListing',      title => ({ listingId: ids.listingId, title })],
  ['a tag that is updated',      'owner', 'updateListing',      tag => ({ listingId: ids.listingId, tags: ['a', tag] })],
  ['an object',                  'owner', 'addObject',          name => ({ datasetId: ids.datasetId, ...announced('x'), name })],
  ['an app',                     'owner', 'registerDocuments',  app => ({ app, version: '1', documents: manifestOf('{ __typename }') })],
  ['a version of an app',        'owner', 'registerDocuments',  version => ({ app: 'Web', version, documents: manifestOf('{ __typename }') })],
  ['a webhook that is created',  'owner', 'createWebhook',      name => ({ ...WEBHOOK, name })],
  ['a webhook that is updated',  'owner', 'updateWebhook',      name => ({ webhookId: ids.webhookId, name })],
  ['an API key',                 'owner', 'createApiKey',       name => ({ name, scopes: ['TENANT_READ'] })],
];
/** The same of inputs that take several lines. */
// biome-ignore format: a table is read by its columns
const PROSE: readonly (readonly [string, string, (text: string) => object])[] = [
  ['a description that is given',   'createDataset', description => ({ name: 'D', description })],
  ['a description that is updated', 'updateDataset', description => ({ datasetId: ids.datasetId, description })],
  ['a summary that is drafted',     'draftListing',  summary => ({ datasetId: ids.datasetId, title: 'T', price: PRICE, summary })],
  ['a summary that is updated',     'updateListing', summary => ({ listingId: ids.listingId, summary })],
];

/** Inputs of text that isn't people's: each has a form of its own, which its domain checks. */
const OTHER = [
  ...['createTenant.slug', 'createTenant.billingEmail', 'setBillingEmail.email', 'inviteMember.email'],
  ...['acceptInvitation.code', 'declineInvitation.code', 'confirmOwnershipTransfer.code'],
  // compared with the tenant's name or the caller's address, and not stored
  ...['requestTenantDeletion.confirmation', 'eraseMyself.confirmation'],
  ...['addObject.mediaType', 'addObject.sha256'],
  ...['createWebhook.url', 'updateWebhook.url', 'redeliverWebhookEvent.eventId'],
  // compared with what was registered
  ...['retireDocuments.app', 'retireDocuments.version'],
];

/** The input fields with the type String in the schema, as `mutation.field`. */
const textFields = Object.values(buildSchema().getMutationType()!.getFields()).flatMap(({ name, args }) =>
  Object.values((getNamedType(args[0]!.type) as GraphQLInputObjectType).getFields())
    .filter(field => getNamedType(field.type) === GraphQLString && field.name !== 'idempotencyKey')
    .map(field => `${name}.${field.name}`),
);

/** The field of an input that takes the text. */
const fieldOf = (inputOf: (text: string) => object) =>
  Object.entries(inputOf('<text>')).find(([, value]) => [value].flat().includes('<text>'))![0];

test('X1: every text of an input is in a list of this test', () => {
  const listed = [
    ...LINES.map(([, , mutation, inputOf]) => `${mutation}.${fieldOf(inputOf)}`),
    ...PROSE.map(([, mutation, inputOf]) => `${mutation}.${fieldOf(inputOf)}`),
  ];
  expect(mismatches(textFields, [...listed, ...OTHER], 'LINES, PROSE or OTHER in test/domain/core/text-inputs.test.ts')).toEqual([]);
});

const refusal = async (who: 'owner' | 'staff', mutation: string, input: object) => {
  const { errors } = await life.mutate(who === 'staff' ? staff : home.owner, mutation, input, '__typename');
  return errors.map(({ message, extensions }) => `${extensions.code}: ${message}`).join();
};

describe('X1: every text input is validated by the same policy', () => {
  test.each(LINES)('%s', async (_what, who, mutation, inputOf) => {
    for (const invisible of ['\u200b', ' \u2800\u200d', '\u3164'])
      expect(await refusal(who, mutation, inputOf(invisible))).toMatch(/^BAD_USER_INPUT: .* is empty\.$/);
    for (const forbidden of ['a\u202eb', 'a\u0007b', 'a\nb', 'a\u2066b'])
      expect(await refusal(who, mutation, inputOf(forbidden))).toMatch(
        /^BAD_USER_INPUT: .* contains control characters or direction overrides\./,
      );
  });

  test.each(PROSE)('%s', async (_what, mutation, inputOf) => {
    for (const forbidden of ['a\u202eb', 'a\u0007b', 'a\u2066b'])
      expect(await refusal('owner', mutation, inputOf(forbidden))).toMatch(
        /^BAD_USER_INPUT: .* contains control characters or direction overrides\./,
      );
  });

  test('T9: no rejected text is stored', async () => {
    expect(await life.database.sql('SELECT name FROM tenant WHERE tenant_id = $1', [home.id])).toEqual([{ name: home.name }]);
    expect(await life.database.sql('SELECT count(*)::int AS n FROM tenant')).toEqual([{ n: 1 }]);
  });
});

describe('X1: a search text is normalized like stored text', () => {
  test.each(['Cafe\u0301', 'CAFE\u0301', ' caf\u00e9\u0007'])('%j finds a dataset and a member named Café', async search => {
    await life.mutate(home.owner, 'createDataset', { name: 'Café' });
    await life.database.sql("UPDATE person SET name = 'Zoé Café' WHERE id = $1", [home.viewer.person.id]);
    const { data, errors } = await life.query(
      home.owner,
      'query ($search: String) { tenant { datasets(filter: { search: $search }, first: 1) { edges { node { name } } } memberships(filter: { search: $search }) { edges { node { user { name } } } } } }',
      { search },
    );
    expect(errors).toEqual([]);
    expect(data.tenant.datasets.edges).toEqual([{ node: { name: 'Café' } }]);
    expect(data.tenant.memberships.edges).toEqual([{ node: { user: { name: 'Zoé Café' } } }]);
  });

  test('a stored tag and a searched tag are normalized to the same text', async () => {
    await life.mutate(home.owner, 'updateListing', { listingId: ids.listingId, tags: ['CAFE\u0301 \u200d'] });
    expect(await life.database.sql('SELECT tags FROM listing')).toEqual([{ tags: [searchOf({ tags: ['Caf\u00e9 \u200d'] }).tags![0]] }]);
    expect(searchOf({ query: 'Cafe\u0301' }).query).toBe('Café');
  });
});
