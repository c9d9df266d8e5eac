import { createHash } from 'node:crypto';
import { describe, expect, inject, test } from 'vitest';
import { CROSSINGS } from '../../../src/database/queries/crossings.ts';
import { useDatabase } from '../../support/database.ts';

/** What the database's own catalogue says of the functions that run as their owner. */
const database = useDatabase();

const { name: runtime } = inject('cluster').runtime;
const sql = <Row extends object>(text: string, values?: readonly unknown[]) => database.sql<Row & Record<string, unknown>>(text, values);

describe('functions', () => {
  test('that run as their owner are the crossings, each with a search path that nobody can change', async () => {
    const functions = await sql<{ name: string; config: string[] }>(
      `SELECT proname::text AS name, proconfig AS config FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace`,
    );
    expect(functions.map(({ name }) => name).sort()).toEqual(Object.keys(CROSSINGS).sort());
    expect(Object.keys(CROSSINGS).sort()).toEqual([
      'assert_owner',
      'bury_tenant',
      'chain_audit_event',
      'claim_slug',
      ...['crossing_audit_breaks', 'crossing_audit_heads', 'crossing_audit_lost', 'crossing_audit_size', 'crossing_audit_unfounded'],
      'crossing_availability',
      'crossing_begin_erasure',
      ...['crossing_billing_faults', 'crossing_billing_totals'],
      ...['crossing_buyers', 'crossing_dataset_buyers'],
      ...['crossing_due_tenants', 'crossing_due_webhooks'],
      ...['crossing_entitled_object_count', 'crossing_entitled_objects'],
      ...['crossing_erasing_tenants', 'crossing_erasures'],
      ...['crossing_event_backlog', 'crossing_event_position', 'crossing_events_after', 'crossing_finish_erasures'],
      'crossing_mail_backlog',
      ...['crossing_market_count', 'crossing_market_listings', 'crossing_market_search', 'crossing_market_tags'],
      'crossing_memberships_of',
      'crossing_messages',
      'crossing_number_events',
      'crossing_offer',
      ...['crossing_own_events', 'crossing_owned_free_tenants'],
      ...['crossing_person_data', 'crossing_person_events'],
      'crossing_refresh_person',
      'crossing_register_person',
      ...['crossing_retrieve', 'crossing_retrieved', 'crossing_rotate_events'],
      'crossing_webhook_tenants',
      ...['erase_in_events', 'forget_erased'],
      'index_listing',
      ...['name_refused', 'note_member'],
      'purge_rows',
      ...['refuse_buried_id', 'refuse_erased_owner'],
    ]);
    const more: Readonly<Record<string, string[]>> = {
      crossing_memberships_of: ['plan_cache_mode=force_generic_plan'],
      crossing_market_search: ['random_page_cost=1.1'],
    };
    for (const { name, config } of functions) expect(config, name).toEqual(['search_path=pg_catalog, pg_temp', ...(more[name] ?? [])]);
  });

  test('that run as their owner belong to a role that is no superuser and nobody logs in as', async () => {
    expect(
      await sql(
        `SELECT DISTINCT o.rolname::text AS owner, o.rolsuper, o.rolbypassrls, o.rolcanlogin FROM pg_proc p JOIN pg_roles o ON o.oid = p.proowner
         WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace`,
      ),
    ).toEqual([{ owner: 'ipto_owner', rolsuper: false, rolbypassrls: false, rolcanlogin: false }]);
  });

  test('are executed by the gateway exactly if they are callable, and by nobody else', async () => {
    const functions = await sql<{ name: string; gateway: boolean; anybody: boolean }>(
      `SELECT p.proname::text AS name, has_function_privilege($1, p.oid, 'EXECUTE') AS gateway,
         EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x WHERE x.grantee = 0) AS anybody
       FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace`,
      [runtime],
    );
    for (const { name, gateway, anybody } of functions) {
      expect(gateway, name).toBe(CROSSINGS[name as keyof typeof CROSSINGS].callable);
      expect(anybody, name).toBe(false);
    }
    expect(
      Object.entries(CROSSINGS)
        .filter(([, { callable }]) => callable)
        .map(([name]) => name),
    ).toEqual([
      ...['crossing_memberships_of', 'crossing_register_person', 'crossing_refresh_person'],
      ...['crossing_owned_free_tenants', 'crossing_due_tenants'],
      ...['crossing_audit_breaks', 'crossing_audit_unfounded', 'crossing_audit_size', 'crossing_audit_heads', 'crossing_audit_lost'],
      ...['crossing_market_search', 'crossing_market_count', 'crossing_market_tags', 'crossing_market_listings'],
      ...[
        'crossing_messages',
        ...['crossing_mail_backlog', 'crossing_event_backlog'],
        ...['crossing_due_webhooks', 'crossing_webhook_tenants'],
        'crossing_offer',
        'crossing_availability',
        'crossing_entitled_objects',
        'crossing_entitled_object_count',
        'crossing_retrieve',
      ],
      ...['crossing_retrieved', 'crossing_buyers', 'crossing_dataset_buyers', 'crossing_billing_faults', 'crossing_billing_totals'],
      ...['crossing_begin_erasure', 'crossing_erasing_tenants', 'crossing_erasures', 'crossing_finish_erasures'],
      ...['crossing_person_data', 'crossing_person_events'],
      ...['crossing_number_events', 'crossing_event_position', 'crossing_events_after', 'crossing_own_events', 'crossing_rotate_events'],
      ...['erase_in_events', 'forget_erased', 'bury_tenant', 'purge_rows'],
    ]);
  });

  test('T5: the crossings take these parameters and return these columns', async () => {
    const told = await sql<{ name: string; takes: string; tells: string }>(
      `SELECT proname::text AS name, pg_get_function_identity_arguments(oid) AS takes, pg_get_function_result(oid) AS tells
       FROM pg_proc WHERE proname = ANY ($1) ORDER BY 1`,
      [Object.keys(CROSSINGS).filter(name => CROSSINGS[name as keyof typeof CROSSINGS].callable)],
    );
    expect(told).toEqual([
      { name: 'bury_tenant', takes: 'moment timestamp with time zone', tells: 'boolean' },
      { name: 'crossing_audit_breaks', takes: '', tells: 'TABLE(tenant_id uuid, seq integer, fault text)' },
      { name: 'crossing_audit_heads', takes: '', tells: 'TABLE(tenant_id uuid, seq integer, hash bytea)' },
      { name: 'crossing_audit_lost', takes: 'tenants uuid[], seqs integer[], hashes bytea[]', tells: 'TABLE(tenant_id uuid, seq integer)' },
      { name: 'crossing_audit_size', takes: '', tells: 'TABLE(tenants bigint, events bigint)' },
      { name: 'crossing_audit_unfounded', takes: '', tells: 'TABLE(tenant_id uuid)' },
      { name: 'crossing_availability', takes: 'entitlements uuid[]', tells: 'TABLE(entitlement_id uuid, availability text)' },
      {
        name: 'crossing_begin_erasure',
        takes: 'candidate uuid, issuer text, identity text, verified text, moment timestamp with time zone',
        tells: 'TABLE(tenant_id uuid, slug text, owned boolean)',
      },
      { name: 'crossing_billing_faults', takes: '', tells: 'TABLE(retrieval uuid, fault text)' },
      {
        name: 'crossing_billing_totals',
        takes: '',
        tells: 'TABLE(currency text, charges bigint, charged numeric, earnings bigint, earned numeric)',
      },
      { name: 'crossing_buyers', takes: 'beginning timestamp with time zone, ending timestamp with time zone', tells: 'bigint' },
      {
        name: 'crossing_dataset_buyers',
        takes: 'beginning timestamp with time zone, ending timestamp with time zone',
        tells: 'TABLE(dataset_id uuid, buyers bigint)',
      },
      { name: 'crossing_due_tenants', takes: 'moment timestamp with time zone', tells: 'SETOF uuid' },
      { name: 'crossing_due_webhooks', takes: 'moment timestamp with time zone', tells: 'TABLE(tenant_id uuid, webhook_id uuid)' },
      { name: 'crossing_entitled_object_count', takes: 'entitled uuid', tells: 'bigint' },
      {
        name: 'crossing_entitled_objects',
        takes: 'entitled uuid, above uuid, below uuid, descending boolean, at_most integer',
        tells: 'TABLE(id uuid, name text, size bigint, media_type text, sha256 bytea)',
      },
      { name: 'crossing_erasing_tenants', takes: '', tells: 'SETOF uuid' },
      { name: 'crossing_erasures', takes: '', tells: 'TABLE(person_id uuid, name text, alias text, address text, memberships uuid[])' },
      {
        name: 'crossing_event_backlog',
        takes: 'moment timestamp with time zone',
        tells:
          'TABLE(unnumbered bigint, oldest_unnumbered_at timestamp with time zone, undelivered bigint, oldest_undelivered_at timestamp with time zone, oldest_due_at timestamp with time zone)',
      },
      { name: 'crossing_event_position', takes: '', tells: 'bigint' },
      {
        name: 'crossing_events_after',
        takes: 'after bigint, at_most integer',
        tells: 'TABLE(event_position bigint, tenant_id uuid, person_ref bytea)',
      },
      { name: 'crossing_finish_erasures', takes: 'moment timestamp with time zone', tells: 'void' },
      {
        name: 'crossing_mail_backlog',
        takes: 'moment timestamp with time zone',
        tells: 'TABLE(waiting bigint, oldest_at timestamp with time zone)',
      },
      { name: 'crossing_market_count', takes: 'query text, tags text[], max_price numeric, currency text', tells: 'integer' },
      {
        name: 'crossing_market_listings',
        takes: 'ids uuid[]',
        tells:
          'TABLE(id uuid, title text, summary text, tags text[], price numeric, currency text, provider text, published_at timestamp with time zone, own boolean, entitled boolean)',
      },
      {
        name: 'crossing_market_search',
        takes:
          'query text, tags text[], max_price numeric, currency text, sort text, after_key text, after_id uuid, before_key text, before_id uuid, backwards boolean, at_most integer',
        tells: 'TABLE(listing_id uuid, rank real)',
      },
      {
        name: 'crossing_market_tags',
        takes: 'query text, tags text[], max_price numeric, currency text, at_most integer',
        tells: 'TABLE(tag text, listings integer)',
      },
      {
        name: 'crossing_memberships_of',
        takes: 'issuer text, subject text, named_id uuid, named_slug text',
        tells:
          'TABLE(person_id uuid, tenant_id uuid, slug text, name text, status text, status_reason text, plan_code text, features text[], cost_points_per_minute integer, documents_revision integer, sells boolean, buys boolean, membership_id uuid, roles text[], joined_at timestamp with time zone)',
      },
      {
        name: 'crossing_messages',
        takes: 'address text, most_to integer, most_by integer, since timestamp with time zone',
        tells: 'TABLE(is_full boolean, sent_at timestamp with time zone)',
      },
      { name: 'crossing_number_events', takes: 'at_most integer', tells: 'integer' },
      {
        name: 'crossing_offer',
        takes: 'wanted uuid',
        tells: 'TABLE(own boolean, title text, provider text, price numeric, currency text)',
      },
      { name: 'crossing_own_events', takes: 'at_most integer', tells: 'TABLE(id uuid, type text, at timestamp with time zone)' },
      { name: 'crossing_owned_free_tenants', takes: '', tells: 'integer' },
      { name: 'crossing_person_data', takes: 'issuer text, identity text, verified text', tells: 'jsonb' },
      {
        name: 'crossing_person_events',
        takes: 'issuer text, identity text, verified text, after_tenant uuid, after_seq integer, at_most integer',
        tells: 'TABLE(tenant_id uuid, seq integer, event jsonb)',
      },
      {
        name: 'crossing_refresh_person',
        takes:
          'of_issuer text, of_subject text, token_name text, is_named boolean, token_email text, is_verified boolean, issued_at timestamp with time zone',
        tells: 'void',
      },
      {
        name: 'crossing_register_person',
        takes:
          'candidate uuid, of_issuer text, of_subject text, token_name text, token_email text, is_verified boolean, is_named boolean, issued_at timestamp with time zone',
        tells: 'uuid',
      },
      {
        name: 'crossing_retrieve',
        takes: 'retrieval uuid, entitled uuid, wanted uuid, api_key uuid, moment timestamp with time zone',
        tells: 'TABLE(refused text, object_key text, name text, media_type text, size bigint, sha256 text, price numeric, currency text)',
      },
      {
        name: 'crossing_retrieved',
        takes: 'retrieval uuid',
        tells: 'TABLE(refused text, object_key text, name text, media_type text, at timestamp with time zone)',
      },
      { name: 'crossing_rotate_events', takes: 'kept_days integer', tells: 'integer' },
      { name: 'crossing_webhook_tenants', takes: '', tells: 'SETOF uuid' },
      { name: 'erase_in_events', takes: 'after integer, at_most integer', tells: 'integer' },
      { name: 'forget_erased', takes: 'after integer', tells: 'void' },
      { name: 'purge_rows', takes: 'at_most integer, moment timestamp with time zone', tells: 'text' },
    ]);
  });

  test('that run as their caller are these; none reads beyond the bound tenant by itself', async () => {
    const functions = await sql<{ name: string; tells: string; anybody: boolean }>(
      `SELECT p.proname::text AS name, pg_get_function_result(p.oid) AS tells,
         EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x WHERE x.grantee = 0) AS anybody
       FROM pg_proc p WHERE NOT p.prosecdef AND p.pronamespace = 'public'::regnamespace ORDER BY 1`,
    );
    // biome-ignore format: a table is read by its columns
    expect(functions.map(({ name, tells, anybody }) => [name, tells, anybody])).toEqual([
      ['add_event_day',    'void',    false],
      ['app_person',       'uuid',    true],
      ['app_tenant',       'uuid',    true],
      ['are_tags',         'boolean', true],
      ['as_uuid',          'uuid', true],
      ['audit_digest',     'text', true],
      ['audit_digests',    'jsonb', true],
      ['audit_erased_state', 'jsonb', true],
      ['audit_former_hash', 'bytea', true],
      ['audit_hash',       'bytea',   true],
      ['audit_is_buried',  'boolean', true],
      ['audit_is_personal_intact', 'boolean', true],
      ['audit_places',     'SETOF text', true],
      ['audit_plain',      'text', true],
      ['audit_root',       'bytea',   true],
      ['audit_salt',       'void', false],
      ['audit_value',      'text', true],
      ['audit_whose',      'text', true],
      // would reveal the tenant behind a hash to a caller who may try tenants (SPEC M5)
      ['counterparty_ref', 'bytea',   false],
      ['erased_address',   'text', true],
      ['erased_name',      'text', true],
      ['erasure_tenants',  'SETOF uuid', false],
      ['event_day_name',   'text',    false],
      ['hour_id',          'uuid',    true],
      ['is_buried',        'boolean', false], // the same
      ['is_pseudonym',     'boolean', true],
      ['is_set',           'boolean', true],
      ['leave_object',     'trigger', true],
      ['market_condition', 'text',    false],
      ['market_cut',       'TABLE(word text, is_piece boolean, place bigint)', false],
      ['market_document',  'tsvector', false],
      ['market_fold',      'text',    false],
      ['market_term',      'text',    false],
      ['market_vector',    'tsvector', false],
      ['market_words',     'tsquery', false],
      ['move_listing',     'trigger', true],
      ['move_status',      'trigger', true],
      ['object_key',       'text',    true],
      ['person_addresses', 'text[]', false],
      ['person_subjects',  'TABLE(tenant_id uuid, subject text)', false],
      ['provider_state',   'text',    true],
      ['purge_order',      'text[]',  true],
      ['refuse_change',    'trigger', true],
      ['retrieval_ref',    'bytea',   false], // would tell which earning is of a charge (SPEC M5)
      ['take_retrieval',   'bigint',  true],
      ['tenant_gate',      'bigint',  true],
      ['void_transfer',    'trigger', true],
    ]);
  });

  test('M5: an object’s key has a hash of its tenant, and each tenant’s records have another hash of a counterparty', async () => {
    const [holder, other, object] = ['01', '02', '03'].map(end => `0190aaaa-0000-7000-8000-0000000000${end}`);
    const hashed = (...ids: (string | undefined)[]) =>
      createHash('sha256')
        .update(Buffer.from(ids.join('').replaceAll('-', ''), 'hex'))
        .digest('hex');
    const [told] = await sql(
      `SELECT object_key($1, $3) AS key, encode(counterparty_ref($1, $2), 'hex') AS "ref", encode(counterparty_ref($2, $1), 'hex') AS back`,
      [holder, other, object],
    );
    expect(told).toEqual({ key: `${hashed(holder)}/${object}`, ref: hashed(holder, other), back: hashed(other, holder) });
    expect(told!.ref).not.toBe(told!.back);
  });
});
