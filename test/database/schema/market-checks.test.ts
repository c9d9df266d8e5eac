import { uuidv7 as uuid } from 'uuidv7';
import { beforeEach, describe, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../../support/database.ts';
import { insertMarketRows, type MarketValues, marketValues } from '../../support/isolation/market.ts';

/**
 * What the database holds of datasets, listings, entitlements, retrievals and keys by itself,
 * against a superuser.
 */
const database = useDatabase();

let tenant: { id: string };
let other: { id: string };
let market: MarketValues;
let made = 0;
beforeEach(async () => {
  made += 1;
  const make = fixtures(database);
  const owner = await make.person(`Owner ${made}`);
  [tenant, other] = [await make.tenant(`tenant-${made}`, owner), await make.tenant(`other-${made}`, owner)];
  market = marketValues(`Tenant${made}`);
  await insertMarketRows(database, tenant.id, market);
});

/** A statement with the ids put in. */
const write = (text: string) => {
  const words: Record<string, string> = {
    tenant: tenant.id,
    other: other.id,
    new: uuid(),
    dataset: market.datasetId,
    object: market.objectId,
  };
  return database.sql(text.replace(/(?<!:):(tenant|other|new|dataset|object)\b/g, (_, name: string) => `'${words[name]}'`));
};
const OF = 'WHERE tenant_id = :tenant';
const set = (table: string, change: string) => `UPDATE ${table} SET ${change} ${OF}`;
/** Copies one row of a table with some columns changed. */
const copy = (table: string, changes: string) =>
  `INSERT INTO ${table} SELECT (jsonb_populate_record(r, ${changes}::jsonb)).* FROM ${table} r ${OF} LIMIT 1`;
/** The constraint of a table, by the one of its partition: charge_pkey for charge_07_pkey. */
const ofTable = (constraint: string) => constraint.replace(/^([a-z_]+?)_\d\d_/, '$1_').replace(/_fkey_?\d+$/, '_fkey');
const MONEY = [
  ['listing', 'price', 'listing_price_check'],
  ['entitlement', 'price', 'entitlement_price_check'],
  ['charge', 'amount', 'charge_amount_check'],
  ['earning', 'amount', 'earning_amount_check'],
] as const;

describe('M1: money', () => {
  test.each(
    MONEY.flatMap(([table, column, constraint]) => [
      [constraint, table, `${column} = -0.000001`],
      [constraint, table, `${column} = 'NaN'`],
      [constraint, table, "currency = 'eur'"],
      [constraint, table, "currency = 'EURO'"],
      [constraint, table, "currency = ''"],
    ]),
  )('is held by %s: %s, %s', async (constraint, table, change) => {
    await expect(write(set(table, change))).rejects.toMatchObject({ code: '23514', constraint });
  });

  test.each(MONEY)('is a finite number of at most fourteen digits before the point: %s.%s', async (table, column) => {
    for (const value of ["'Infinity'", '100000000000000', 'NULL'])
      await expect(write(set(table, `${column} = ${value}`))).rejects.toMatchObject({ code: expect.stringMatching(/^(22003|23502)$/) });
    for (const value of ['0', '0.000001', '99999999999999.999999']) await write(set(table, `${column} = ${value}, currency = 'XAU'`));
    expect(await database.sql(`SELECT DISTINCT ${column}::text AS told FROM ${table} WHERE tenant_id = $1`, [tenant.id])).toEqual([
      { told: '99999999999999.999999' },
    ]);
  });
});

describe('the database refuses', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string]>([
    ['a dataset without a name',              'dataset_text_check',            set('dataset', "name = ''")],
    ['one whose name has a space in front',   'dataset_text_check',            set('dataset', "name = ' x'")],
    ['one with a name of 121 characters',     'dataset_text_check',            set('dataset', "name = repeat('x', 121)")],
    ['one described in 4001 characters',      'dataset_text_check',            set('dataset', "description = repeat('x', 4001)")],
    ['a dataset without its tenant',          'dataset_tenant_id_fkey',        copy('dataset', "jsonb_build_object('tenant_id', :new)")],
    ['an object without a name',              'data_object_check',             set('data_object', "name = ''")],
    ['one with a name of 256 characters',     'data_object_check',             `UPDATE data_object SET name = repeat('x', 256) ${OF} AND id = :object`],
    ['one of a negative size',                'data_object_check',             set('data_object', 'size = -1')],
    ['one of a media type of two characters', 'data_object_check',             set('data_object', "media_type = 'x/'")],
    ['one of a media type of 128',            'data_object_check',             set('data_object', "media_type = repeat('x', 128)")],
    ['one whose checksum is too short',       'data_object_check',             set('data_object', "sha256 = 'x'")],
    ['two of one name in a dataset',          'data_object_tenant_id_dataset_id_name_key', copy('data_object', "jsonb_build_object('id', :new)")],
    ['T7: one of another tenant\'s dataset',  'data_object_tenant_id_dataset_id_fkey', copy('data_object', "jsonb_build_object('tenant_id', :other)")],
    ['one of a dataset that there is not',    'data_object_tenant_id_dataset_id_fkey', set('data_object', 'dataset_id = :new')],
    ['a stale object without its tenant',     'stale_object_tenant_id_fkey',   copy('stale_object', "jsonb_build_object('tenant_id', :new)")],
    ['a listing without a title',             'listing_text_check',            set('listing', "title = ''")],
    ['one whose title has a space behind',    'listing_text_check',            set('listing', "title = 'x '")],
    ['one with a title of 121 characters',    'listing_text_check',            set('listing', "title = repeat('x', 121)")],
    ['one with a summary of 2001',            'listing_text_check',            set('listing', "summary = repeat('x', 2001)")],
    ['one with 21 tags',                      'listing_tags_check',            set('listing', 'tags = ARRAY(SELECT n::text FROM generate_series(1, 21) n)')],
    ['one with a tag twice',                  'listing_tags_check',            set('listing', "tags = '{sea,sea}'")],
    ['one with a tag that is null',           'listing_tags_check',            set('listing', 'tags = ARRAY[NULL]::text[]')],
    ['one whose tags are null',               'listing_tags_check',            set('listing', 'tags = NULL')],
    ['one with a tag of 33 characters',       'listing_tag_check',             set('listing', "tags = ARRAY['sea', repeat('x', 33)]")],
    ['one with an empty tag',                 'listing_tag_check',             set('listing', "tags = '{\"\"}'")],
    ['one whose tag has a space in front',    'listing_tag_check',             set('listing', "tags = '{\" sea\"}'")],
    ['M1: a second listing of a dataset',     'listing_tenant_id_dataset_id_key', copy('listing', "jsonb_build_object('id', :new)")],
    ['T7: one of another tenant\'s dataset',  'listing_tenant_id_dataset_id_fkey', copy('listing', "jsonb_build_object('tenant_id', :other)")],
    ['one of a status that there is not',     'listing_status_check',          copy('listing', "jsonb_build_object('id', :new, 'status', 'sold')")],
    ['M2: two open entitlements to a listing', 'entitlement_open',             copy('entitlement', "jsonb_build_object('id', :new)")],
    ['an entitlement without its tenant',     'entitlement_tenant_id_fkey',    copy('entitlement', "jsonb_build_object('tenant_id', :new)")],
    ['T7: a retrieval by another tenant\'s entitlement', 'usage_record_tenant_id_entitlement_id_fkey', copy('usage_record', "jsonb_build_object('tenant_id', :other)")],
    ['one of a negative size',                'usage_record_size_check',       set('usage_record', 'size = -1')],
    ['M3: a charge without its retrieval',    'charge_tenant_id_id_fkey',      copy('charge', "jsonb_build_object('id', :new)")],
    ['T7: one of another tenant\'s retrieval', 'charge_tenant_id_id_fkey',     copy('charge', "jsonb_build_object('tenant_id', :other)")],
    ['M3: a second charge of a retrieval',    'charge_pkey',                   copy('charge', "'{}'")],
    ['M5: one that names the provider',       'charge_provider_ref_check',     set('charge', 'provider_ref = uuid_send(tenant_id)')],
    ['M3: a second earning of a retrieval',   'earning_pkey',                  copy('earning', "'{}'")],
    ['M5: an earning that names the buyer',   'earning_buyer_ref_check',       set('earning', 'buyer_ref = uuid_send(tenant_id)')],
    ['an earning without its tenant',         'earning_tenant_id_fkey',        copy('earning', "jsonb_build_object('tenant_id', :new)")],
    ['a retrieval that loses its entitlement', 'usage_record_tenant_id_entitlement_id_fkey', `DELETE FROM entitlement ${OF}`],
    ['a charge that loses its retrieval',     'charge_tenant_id_id_fkey',      `DELETE FROM usage_record ${OF}`],
    ['a count below nothing',                 'retrieval_count_check',         set('retrieval_count', 'used = -1')],
    ['P2: a cap of nothing',                  'retrieval_count_check',         set('retrieval_count', 'cap = 0')],
    ['the same shard of a cycle twice',       'retrieval_count_pkey',          copy('retrieval_count', "'{}'")],
    ['a count without its tenant',            'retrieval_count_tenant_id_fkey', copy('retrieval_count', "jsonb_build_object('tenant_id', :new)")],
    ['a key without a name',                  'api_key_name_check',            set('api_key', "name = ''")],
    ['one whose name has a space behind',     'api_key_name_check',            set('api_key', "name = 'x '")],
    ['one with a name of 81 characters',      'api_key_name_check',            set('api_key', "name = repeat('x', 81)")],
    ['K1: one that carries nothing',          'api_key_scopes_check',          set('api_key', "scopes = '{}'")],
    ['one whose scopes are null',             'api_key_scopes_check',          set('api_key', 'scopes = NULL')],
    ['one that carries a permission twice',   'api_key_scopes_check',          set('api_key', "scopes = '{tenant:read,tenant:read}'")],
    ['K1: one whose secret is not hashed',    'api_key_hash_check',            set('api_key', "secret_hash = 'a secret'")],
    ['one whose earlier secret is not',       'api_key_hash_check',            set('api_key', "earlier_hash = 'a secret', earlier_expires_at = now()")],
    ['an earlier secret that never ends',     'api_key_hash_check',            set('api_key', 'earlier_hash = secret_hash')],
    ['the end of none',                       'api_key_hash_check',            set('api_key', 'earlier_expires_at = now()')],
    ['a key without its tenant',              'api_key_tenant_id_fkey',        copy('api_key', "jsonb_build_object('tenant_id', :new)")],
  ])('%s', async (_what, constraint, statement) => {
    const refusal = await write(statement).then(() => ({ constraint: 'nothing' }), error => error);
    expect(ofTable(refusal.constraint)).toBe(constraint);
  });

  test.each([
    ...['dataset', 'data_object', 'stale_object', 'listing', 'market_index', 'entitlement', 'usage_record', 'charge', 'earning'],
    ...['retrieval_count', 'api_key'],
  ])('T1: another tenant for a row of %s, and takes the one that it has', async table => {
    await expect(write(set(table, 'tenant_id = :other'))).rejects.toMatchObject({
      ...{
        code: '23514',
        constraint: `${table}_tenant_id_is_immutable`,
        message: expect.stringMatching(new RegExp(`^${table}(_\\d\\d)?\\.tenant_id never changes$`)),
      },
    });
    await write(set(table, 'tenant_id = tenant_id'));
  });
});

describe('the database accepts', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, string]>([
    ['a dataset of 120 and 4000 characters',  set('dataset', "name = repeat('x', 120), description = repeat('x', 4000)")],
    ['an object of no bytes',                 set('data_object', 'size = 0')],
    ['one of more bytes than an Int holds',   set('data_object', 'size = 999999999999999999')],
    ['the same name in another dataset',      `INSERT INTO dataset (tenant_id, id, name) VALUES (:tenant, :new, 'x'); ${copy('data_object', "jsonb_build_object('id', :new, 'dataset_id', :new)")}`],
    ['a listing of 20 tags, or of none',      `${set('listing', 'tags = ARRAY(SELECT n::text FROM generate_series(1, 20) n)')}; ${set('listing', "tags = '{}'")}`],
    ['one of 120 and 2000 characters',        set('listing', "title = repeat('x', 120), summary = repeat('x', 2000)")],
    ['an entitlement after one that ended',   `${set('entitlement', 'ended_at = now()')}; ${copy('entitlement', "jsonb_build_object('id', :new, 'ended_at', null)")}`],
    ['a retrieval of no bytes',               set('usage_record', 'size = 0')],
    ['a count without a cap, and one of it',  set('retrieval_count', 'cap = NULL, used = 1000000')],
    ['a key of two secrets',                  set('api_key', "earlier_hash = sha256('x'), earlier_expires_at = now()")],
  ])('%s', async (_what, statement) => {
    await write(statement);
  });
});

describe('an object that goes', () => {
  const stale = async () =>
    (await database.sql('SELECT id FROM stale_object WHERE tenant_id = $1 ORDER BY id', [tenant.id])).map(({ id }) => id);
  const objects = async () =>
    (await database.sql('SELECT id FROM data_object WHERE tenant_id = $1 ORDER BY id', [tenant.id])).map(({ id }) => id);

  test.each([
    ['alone', `DELETE FROM data_object ${OF}`],
    // A cascade runs as the owner of the table, and from PostgreSQL 18 on its triggers do as well:
    // under the policies, hence bound.
    ['with its dataset', `SELECT set_config('app.tenant_id', :tenant, true); DELETE FROM dataset ${OF}`],
  ])('leaves its bytes to the job: %s', async (_how, statement) => {
    const left = [...(await objects()), market.staleId].sort();
    expect(left).toHaveLength(3);
    await write(statement);
    expect([await objects(), await stale()]).toEqual([[], left]);
  });

  test('is recorded once, even if its id was recorded before', async () => {
    await write('INSERT INTO stale_object (tenant_id, id) VALUES (:tenant, :object)');
    await write(`DELETE FROM data_object ${OF} AND id = :object`);
    expect(await stale()).toEqual([market.objectId, market.staleId].sort());
  });
});
