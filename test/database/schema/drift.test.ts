import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, type SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { asAdmin, newName } from '../../support/isolation/databases.ts';
import { INTERNAL } from '../../support/tables.ts';

/**
 * prisma/schema.prisma and the migrations describe the same tables: Prisma's own schema engine
 * finds no difference.
 */
const PRISMA = path.join(import.meta.dirname, '../../../prisma');

type Script = { executeScript(sql: string): Promise<void>; underlyingDriver(): pg.Pool };
type Results = {
  performIO(query: unknown): Promise<{ fields: { dataTypeID: number }[] }>;
  queryRaw(query: unknown): Promise<{ columnTypes: number[]; columnNames: string[]; rows: unknown[][] }>;
};

/** PostgreSQL's "char" and text, and what Prisma calls the first. */
const [CHAR, TEXT, CHARACTER] = [18, 25, 6];

/**
 * Two things that the schema engine needs and Prisma's adapter lacks: a script as one query, and
 * the type "char" of the catalogue. One that it can't do without help: PostgreSQL keeps a foreign
 * key to a partitioned table once more for each partition, whose schema isn't in the model.
 */
function whole(adapter: SqlDriverAdapter): SqlDriverAdapter {
  const scripts = adapter as unknown as Script;
  scripts.executeScript = async sql => void (await scripts.underlyingDriver().query(sql));
  const results = adapter as unknown as Results;
  const [perform, query] = [results.performIO.bind(adapter), results.queryRaw.bind(adapter)];
  let characters: boolean[] = [];
  let last: Promise<unknown> = Promise.resolve();
  results.performIO = async asked => {
    const result = await perform(asked);
    characters = result.fields.map(({ dataTypeID }) => dataTypeID === CHAR);
    for (const field of result.fields) if (field.dataTypeID === CHAR) field.dataTypeID = TEXT;
    return result;
  };
  const next = async (asked: unknown) => {
    const result = await query(asked);
    result.columnTypes = result.columnTypes.map((type, i) => (characters[i] ? CHARACTER : type));
    const at = result.columnNames.indexOf('referenced_schema_name');
    if (at >= 0) result.rows = result.rows.filter(row => row[at] === 'public');
    return result;
  };
  results.queryRaw = asked => {
    const answer = last.catch(() => {}).then(() => next(asked));
    last = answer;
    return answer;
  };
  return adapter;
}

/**
 * Connects to one database, and makes and drops others for the engine to apply the migrations in.
 */
class Factory extends PrismaPg {
  constructor(private readonly at: pg.ClientConfig) {
    super(at as pg.PoolConfig);
  }
  override async connect() {
    return whole(await super.connect()) as Awaited<ReturnType<PrismaPg['connect']>>;
  }
  override async connectToShadowDb() {
    const database = newName();
    await asAdmin(`CREATE DATABASE ${database}`);
    const adapter = whole(await new PrismaPg({ ...this.at, database } as pg.PoolConfig).connect());
    const end = adapter.dispose.bind(adapter);
    adapter.dispose = async () => {
      await end();
      await asAdmin(`DROP DATABASE ${database} WITH (FORCE)`);
    };
    return adapter as Awaited<ReturnType<PrismaPg['connectToShadowDb']>>;
  }
}

const schema = readFileSync(path.join(PRISMA, 'schema.prisma'), 'utf8');
const migrations = readdirSync(path.join(PRISMA, 'migrations'), { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

let opened: engine.SchemaEngine;
beforeAll(async () => {
  const wasm = path.join(path.dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm')), 'schema_engine_bg.wasm');
  const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(wasm)), { './schema_engine_bg.js': engine as never });
  engine.__wbg_set_wasm(instance.exports);
  (instance.exports as unknown as { __wbindgen_start(): void }).__wbindgen_start();
  const { host, port, user, password, database } = new pg.Client(inject('cluster').adminUrl);
  const factory = bindMigrationAwareSqlAdapterFactory(new Factory({ host, port, user, password: password as string, database }));
  opened = await engine.SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => {}, factory as never);
});
afterAll(() => opened?.free());

const difference = async (content: string) => {
  const { stdout } = await opened.diff({
    from: {
      tag: 'migrations',
      baseDir: path.join(PRISMA, 'migrations'),
      shadowDbInitScript: '',
      lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
      migrationDirectories: migrations.map(name => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok', value: readFileSync(path.join(PRISMA, 'migrations', name, 'migration.sql'), 'utf8') },
        },
      })),
    },
    to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] },
    script: true,
    exitCode: true,
    filters: {
      externalTables: [...INTERNAL, 'refusal_count', 'notice', 'deprecated_use', 'event', 'event_outbox', 'event_head'].map(
        name => `public.${name}`,
      ),
      externalEnums: [],
    },
  } as never);
  return (stdout ?? '').trim();
};

test('the migrations create the tables of schema.prisma', async () => {
  const held = schema.replace(/^.* @relation\("(sold|used|charged)".*\n/gm, '');
  expect(await difference(held)).toBe('-- This is an empty migration.');
});

test('earnings outlive their dataset; retrievals lead to the tenant by their entitlement: no other relation of schema.prisma has no foreign key (SPEC S6)', async () => {
  const missing = (await difference(schema)).split('\n').filter(line => !line.startsWith('--'));
  const names = missing.flatMap(line => /ADD CONSTRAINT "(\w+)" FOREIGN KEY/.exec(line)?.[1] ?? (line.trim() ? [line] : []));
  expect(names.sort()).toEqual(['charge_tenant_id_fkey', 'earning_tenant_id_dataset_id_fkey', 'usage_record_tenant_id_fkey']);
});

test('schema.prisma has the columns that the gateway may not read', async () => {
  const changed = schema.replace(/^ +buyerRef .*\n/m, '').replace(/^ +providerRef .*\n/m, '');
  const found = await difference(changed);
  expect(found).toContain('ALTER TABLE "charge" DROP COLUMN "provider_ref"');
  expect(found).toContain('ALTER TABLE "earning" DROP COLUMN "buyer_ref"');
});

test('a column that only schema.prisma has is found', async () => {
  const changed = schema.replace(/^ +billingEmail +String\?/m, '  extra String?\n$&');
  expect(await difference(changed)).toContain('ALTER TABLE "tenant" ADD COLUMN     "extra" TEXT');
});
