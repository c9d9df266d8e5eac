import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuditAnchor, auditBreaks, auditHeads, lostAnchors } from '../../../src/database/queries/audit.ts';
import { useDatabase } from '../../support/database.ts';
import { append, type Chain, makeChains } from './chains.ts';
import { everyEdit, seeded, type Tampering, tampering, WAYS } from './tamper.ts';

/** TAMPERINGS=1000 tries as many; TAMPERING_SEED=7 draws others. */
const COUNT = Number(process.env.TAMPERINGS ?? 100);
const SEED = Number(process.env.TAMPERING_SEED ?? 20_261_124);

const database = useDatabase();
let chains: readonly Chain[];
let client: pg.Client;
beforeAll(async () => {
  chains = await makeChains(database, [240, 310, 1, 275]);
  client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
});
afterAll(() => client?.end());

const ask = async <Row>(text: string, values: readonly unknown[]) => (await client.query(text, [...values])).rows as Row[];

/** Does something past the database's own checks, looks, and takes it back. */
async function behindItsBack<T>(sql: string, look: () => Promise<T>): Promise<T> {
  await client.query(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}`);
  try {
    return await look();
  } finally {
    await client.query('ROLLBACK');
  }
}

const brokenLinks = async () => Object.fromEntries((await auditBreaks(ask)).breaks.map(({ tenantId, seq }) => [tenantId, seq]));
const found = async ({ what, sql }: Tampering) => ({ what, broken: await behindItsBack(sql, brokenLinks) });

describe('A2: direct tampering with a log is found at its first broken link, and the logs of other tenants stay valid', () => {
  test('untouched logs are valid', async () => {
    expect(await auditBreaks(ask)).toEqual({ breaks: [], tenants: 4, events: 240 + 310 + 1 + 275 });
  });

  test(`${COUNT} tamperings, drawn from ${WAYS} ways`, { timeout: 600_000 }, async () => {
    const random = seeded(SEED);
    const longer = chains.filter(({ events }) => events > 1);
    for (let round = 0; round < COUNT; round++) {
      const done = tampering(random, round, longer);
      expect(await found(done), `seed ${SEED}, round ${round}`).toEqual({ what: done.what, broken: done.broken });
    }
    expect(await brokenLinks()).toEqual({});
  });

  test('a log that is deleted together with its head is reported missing for each living tenant', async () => {
    for (const { tenantId } of chains) {
      const sql = `DELETE FROM audit_event WHERE tenant_id = '${tenantId}'; DELETE FROM audit_head WHERE tenant_id = '${tenantId}'`;
      const breaks = await behindItsBack(sql, async () => (await auditBreaks(ask)).breaks);
      expect(breaks).toEqual([{ tenantId, seq: 1, fault: 'unfounded' }]);
    }
  });

  test('an edit of any column is found, in a long log and in a log with one event', async () => {
    const random = seeded(SEED);
    for (const chain of [chains[0]!, chains[2]!])
      for (const done of everyEdit(random, chain)) expect(await found(done)).toEqual({ what: done.what, broken: done.broken });
  });
});

describe('A2: anchors', () => {
  const rewrite = ({ tenantId }: Chain, from: number) => `
    UPDATE audit_event SET actor_name = 'Nobody' WHERE tenant_id = '${tenantId}' AND seq = ${from};
    DO $$ DECLARE link audit_event; before bytea := (SELECT previous_hash FROM audit_event WHERE tenant_id = '${tenantId}' AND seq = ${from}); BEGIN
      FOR link IN SELECT * FROM audit_event WHERE tenant_id = '${tenantId}' AND seq >= ${from} ORDER BY seq LOOP
        link.previous_hash := before;
        before := audit_hash(link);
        UPDATE audit_event SET previous_hash = link.previous_hash, hash = before WHERE tenant_id = link.tenant_id AND seq = link.seq;
      END LOOP;
      UPDATE audit_head SET hash = before WHERE tenant_id = '${tenantId}';
    END $$`;
  const shorten = ({ tenantId }: Chain, left: number) => `
    DELETE FROM audit_event WHERE tenant_id = '${tenantId}' AND seq > ${left};
    UPDATE audit_head SET seq = ${left}, hash = (SELECT hash FROM audit_event WHERE tenant_id = '${tenantId}' AND seq = ${left}) WHERE tenant_id = '${tenantId}'`;
  const vanish = ({ tenantId }: Chain) =>
    `DELETE FROM audit_event WHERE tenant_id = '${tenantId}'; DELETE FROM audit_head WHERE tenant_id = '${tenantId}'`;
  const look = (heads: readonly AuditAnchor[]) => async () => ({ broken: await brokenLinks(), lost: await lostAnchors(ask, heads) });

  // biome-ignore format: a table is read by its columns
  test.each<[string, (chain: Chain) => string]>([
    ['rewritten from a later link on, with its head', chain => rewrite(chain, 17)],
    ['rewritten from its first link on',             chain => rewrite(chain, 1)],
    ['rewritten in its last link',                   chain => rewrite(chain, chain.events)],
    ['shortened, with its head',                     chain => shorten(chain, 100)],
  ])('a log that was %s is valid by itself, and the anchored head reveals the change', async (_what, sql) => {
    const [, chain] = chains as [Chain, Chain];
    const heads = await auditHeads(ask);
    expect(heads).toHaveLength(4);
    expect(await behindItsBack(sql(chain), look(heads))).toEqual({ broken: {}, lost: [{ tenantId: chain.tenantId, seq: chain.events }] });
    expect(await look(heads)()).toEqual({ broken: {}, lost: [] });
  });

  test('appended events keep earlier heads in their chain', async () => {
    const [grown] = await makeChains(database, [20]);
    const heads = await auditHeads(ask);
    await append(database, grown!.tenantId, 21, 40);
    expect(await lostAnchors(ask, heads)).toEqual([]);
  });

  test('a purged or half-purged tenant is not reported missing, and a tombstone of a living tenant hides nothing', async () => {
    const [purged] = await makeChains(database, [30]);
    const { tenantId } = purged!;
    const heads = await auditHeads(ask);
    const halfGone = `DELETE FROM audit_event WHERE tenant_id = '${tenantId}' AND seq > 12`;
    const tombstone = `INSERT INTO tombstone (tenant_id, created_at, deletion_requested_at, deleted_at) VALUES ('${tenantId}', now(), now(), now())`;
    const deleted = `UPDATE tenant SET status = 'deleted' WHERE tenant_id = '${tenantId}'`;
    const wholly = `${vanish(purged!)}; DELETE FROM membership WHERE tenant_id = '${tenantId}'; DELETE FROM tenant WHERE tenant_id = '${tenantId}'`;
    const clean = { broken: {}, lost: [] };
    expect(await behindItsBack(`${tombstone}; ${deleted}; ${halfGone}`, look(heads))).toEqual(clean);
    expect(await behindItsBack(`${tombstone}; ${wholly}`, look(heads))).toEqual(clean);
    const findings = { broken: { [tenantId]: 13 }, lost: [{ tenantId, seq: 30 }] };
    expect(await behindItsBack(`${tombstone}; ${halfGone}`, look(heads))).toEqual(findings);
    expect(await behindItsBack(`${deleted}; ${halfGone}`, look(heads))).toEqual(findings);
  });
});
