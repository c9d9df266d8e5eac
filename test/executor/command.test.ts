import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, fixtures, type Person, type Tenant, type TestDatabase } from '../support/database.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { rowIn } from '../support/provider.ts';

/** Commands through the executor and through GraphQL.js: the same bytes, and each is run once. */
let database: TestDatabase;
let gateways: { executor: TestGateway; graphql: TestGateway };
let tenant: Tenant;
let owner: Person;
let viewer: Person;
beforeAll(async () => {
  database = await createDatabase();
  const make = fixtures(database);
  [owner, viewer] = [await make.person('Owner'), await make.person('Viewer')];
  tenant = await make.tenant('acme', owner, { plan: 'PROFESSIONAL' });
  await make.member(tenant, viewer, ['viewer']);
  const [executor, graphql] = await Promise.all([true, false].map(compiled => startTestGateway(database, { poolSize: 2, compiled })));
  gateways = { executor: executor!, graphql: graphql! };
  gateways.graphql.clock.set(gateways.executor.clock.now());
});
afterAll(async () => {
  for (const gateway of Object.values(gateways ?? {})) await gateway.stop();
  await database?.drop();
});

const TIMES = 3;
/** The last of some answers: the document is cached then, and the caller's membership. */
async function lastAnswer(gateway: TestGateway, query: string, person: Person, variables: object) {
  const token = await gateway.tokenOf(person);
  const ask = (given: object) =>
    gateway.ask(query, { token, tenant: tenant.slug, variables: given, headers: { 'x-request-id': 'the-same' } });
  // Another name each time: a rename to the present name changes nothing.
  for (let times = 1; times < TIMES; times += 1) await ask(variables === NAME ? { name: `${NAME.name} ${times}` } : variables);
  return ask(variables);
}

const events = async () =>
  (await database.sql<{ outcome: string }>(`SELECT outcome FROM audit_event WHERE tenant_id = $1 ORDER BY seq`, [tenant.id])).map(
    ({ outcome }) => outcome,
  );

const RENAME = (fields: string) => `mutation Rename($name: String!) { renamed: renameTenant(input: { name: $name }) { ${fields} } }`;
const NAME = { name: 'Renamed' };
const EMAIL_OF_ALL = 'tenant { memberships(first: 2) { edges { node { user { email } } } } }';
const SET_ROLES = 'mutation ($id: ID!) { setMemberRoles(input: { membershipId: $id, roles: [VIEWER] }) { membership { id roles } } }';

/** The events of a command that is sent again: of refusals, the first of all (SPEC A5). */
function eventsOf(outcome: string, isFirst: boolean): readonly string[] {
  if (outcome === 'refused') return isFirst ? [outcome] : [];
  return outcome ? Array<string>(TIMES).fill(outcome) : [];
}

// biome-ignore format: a table is read by its columns
test.each<[string, string, () => Person, object, string | undefined, string]>([
  ['a payload of rows',                     RENAME('tenant { id name plan { code } } __typename'), () => owner,  NAME,          undefined,        'done'],
  ['a list in a payload',                   RENAME(EMAIL_OF_ALL),                                  () => owner,  NAME,          undefined,        'done'],
  ['a payload that GraphQL.js must write',  RENAME('tenant { name memberships(last: 1) { edges { node { id roles } } } }'), () => owner, NAME, undefined, 'done'],
  ['a payload that isn\'t compiled',        RENAME('tenant { name @skip(if: false) }'),            () => owner,  NAME,          undefined,        'done'],
  ['an invalid input',                      RENAME('tenant { name }'),                             () => owner,  { name: ' ' }, 'BAD_USER_INPUT', ''],
  ['a missing variable',                    RENAME('tenant { name }'),                             () => owner,  {},            'BAD_USER_INPUT', ''],
  ['a refusal',                             RENAME('tenant { name }'),                             () => viewer, NAME,          'FORBIDDEN',      'refused'],
  ['a malformed id',                        SET_ROLES,                                             () => owner,  { id: 'x' },   'BAD_USER_INPUT', ''],
  ['an id of another type',                 SET_ROLES,                                             () => owner,  { id: Buffer.from('Tenant:0190d0d0-0000-7000-8000-000000000200').toString('base64url') }, 'BAD_USER_INPUT', ''],
])('G6, A1: %s', async (_what, query, person, variables, code, outcome) => {
  const answers = [];
  for (const gateway of [gateways.executor, gateways.graphql]) {
    const before = await events();
    answers.push(await lastAnswer(gateway, query, person(), variables));
    expect((await events()).slice(before.length)).toEqual(eventsOf(outcome, gateway === gateways.executor));
  }
  const [ours, theirs] = answers;
  expect(ours!.text).toBe(theirs!.text);
  expect(ours!.errors.map(({ extensions }) => extensions.code)).toEqual(code ? [code] : []);
});

test('G6: a command of which GraphQL.js must write the payload is run once', async () => {
  const create =
    'mutation Create($name: String!) { createDataset(input: { name: $name }) { dataset { name objects(first: -1) { totalCount } } } }';
  const token = await gateways.executor.tokenOf(owner);
  const before = await events();
  for (const name of ['One', 'Two', 'Three']) {
    const { data, errors } = await gateways.executor.ask(create, { token, tenant: tenant.slug, variables: { name } });
    expect(data).toEqual({ createDataset: { dataset: { name, objects: null } } });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  }
  expect((await events()).slice(before.length)).toEqual(['done', 'done', 'done']);
});

test('the rows below a payload are those of its object, not of the last one', async () => {
  const token = await gateways.executor.tokenOf(owner);
  const ask = (query: string, variables: object) => gateways.executor.ask(query, { token, tenant: tenant.slug, variables });
  const made = [];
  for (const name of ['Full', 'Empty', 'Also empty']) {
    const { data } = await ask('mutation ($name: String!) { createDataset(input: { name: $name }) { dataset { id } } }', { name });
    made.push(data.createDataset.dataset.id as string);
  }
  await database.sql(
    `INSERT INTO data_object (tenant_id, id, dataset_id, name, size, media_type, sha256)
     VALUES ($1, gen_random_uuid(), $2, 'file', 0, 'text/csv', sha256(''))`,
    [tenant.id, rowIn(made[0]!)],
  );
  const update =
    'mutation ($id: ID!, $text: String!) { updateDataset(input: { datasetId: $id, description: $text }) { dataset { objects(first: 5) { totalCount } } } }';
  const counts = [];
  for (const id of [...made, ...made])
    counts.push((await ask(update, { id, text: `${counts.length}` })).data.updateDataset.dataset.objects.totalCount);
  expect(counts).toEqual([1, 0, 0, 1, 0, 0]);
});

test('the executor answers commands: some as JSON, some with a GraphQL.js result', () => {
  const { answered, unexpected } = gateways.executor.counts().queries;
  expect(answered).toBeGreaterThan(5);
  expect(unexpected).toBe(0);
});
