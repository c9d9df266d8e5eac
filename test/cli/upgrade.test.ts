import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { fixtures, useDatabase } from '../support/database.ts';
import { startTestGateway, useGateway } from '../support/gateway.ts';
import { run } from './command.ts';

const database = useDatabase();
const gateway = useGateway(database);

/** What a later version's migration may do, and only that: it expands (docs/upgrade.md). */
const EXPAND = `
  ALTER TABLE tenant ADD COLUMN legal_name text, ADD COLUMN region text NOT NULL DEFAULT 'eu';
  ALTER TABLE membership ADD COLUMN note text;
  CREATE TABLE vault (tenant_id uuid NOT NULL DEFAULT app_tenant() REFERENCES tenant, id uuid NOT NULL, PRIMARY KEY (tenant_id, id));
  ALTER TABLE vault ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
  CREATE INDEX tenant_region ON tenant (tenant_id, region);
  INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
    VALUES (gen_random_uuid(), 'of a later version', '29990101000000_later', now(), 1)`;

test('this version serves while a later one migrates, starts again on its database, and does not migrate it', async () => {
  const make = fixtures(database);
  const owner = await make.person('Olga Owner');
  await make.tenant('acme', owner, { plan: 'STARTER' });
  const token = await gateway.tokenOf(owner);
  const read = (at = gateway) => at.ask('{ tenant { name status memberships(first: 5) { edges { node { roles } } } } }', { token });
  const rename = (name: string) => gateway.ask(`mutation { renameTenant(input: { name: "${name}" }) { tenant { name } } }`, { token });

  expect((await read()).errors).toEqual([]);
  let isMigrating = true;
  const asking = (async () => {
    const answers = [];
    for (let turn = 0; isMigrating || turn < 5; turn += 1) answers.push(await read(), await rename(`Acme ${turn}`));
    return answers;
  })();
  const client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  await client.query(EXPAND).finally(() => client.end());
  isMigrating = false;
  const answers = await asking;
  expect(answers.length).toBeGreaterThanOrEqual(10);
  expect(answers.flatMap(({ errors }) => errors)).toEqual([]);

  const restarted = await startTestGateway(database);
  const { data, errors } = await restarted.ask('{ tenant { name } }', { token: await restarted.tokenOf(owner) });
  await restarted.stop();
  expect([errors, data.tenant.name]).toEqual([[], expect.stringMatching(/^Acme \d+$/)]);

  const { runtime } = inject('cluster');
  const DATABASE_URL = Object.assign(new URL(database.adminUrl), { username: runtime.name, password: runtime.password }).href;
  expect(await run(['migrate'], { DATABASE_URL, MIGRATE_DATABASE_URL: database.adminUrl })).toEqual({
    code: 1,
    out: '',
    err: "migration 29990101000000_later is applied to this database but isn't part of this build\n",
  });
});
