import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { append, type Chain, makeChains } from '../domain/audit/chains.ts';
import { useDatabase } from '../support/database.ts';
import { run } from './command.ts';

const database = useDatabase();
let first: Chain;
let second: Chain;
let folder: string;
let anchors: string;
beforeAll(async () => {
  [first, second] = (await makeChains(database, [1200, 30])) as [Chain, Chain];
  folder = await mkdtemp(path.join(tmpdir(), 'ipto-anchors-'));
  anchors = path.join(folder, 'heads.json');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const verify = (args: readonly string[] = [], url = database.runtimeUrl) => run(['audit', 'verify', ...args], { DATABASE_URL: url });
const behindItsBack = (sql: string) => database.sql(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}; COMMIT`);

describe('A2: ipto audit verify', () => {
  test('reports that all logs are valid, and exits with 0', async () => {
    expect(await verify()).toEqual({ code: 0, out: '2 chains, 1,230 links: all intact.\n', err: '' });
  });

  test('prints JSON for a program, with the same exit codes', async () => {
    const told = async () => {
      const { code, out } = await verify(['--json']);
      return { code, ...JSON.parse(out) };
    };
    const good = { code: 0, exitCode: 0, chains: 2, links: 1230, anchors: null, broken: [] };
    expect(await told()).toEqual(good);
    await behindItsBack(`UPDATE audit_head SET seq = 31 WHERE tenant_id = '${second.tenantId}'`);
    expect(await told()).toEqual({ ...good, code: 1, exitCode: 1, broken: [{ tenantId: second.tenantId, seq: 31, fault: 'cut' }] });
    await behindItsBack(`UPDATE audit_head SET seq = 30 WHERE tenant_id = '${second.tenantId}'`);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, () => string, () => string, () => string]>([
    ['changed',  () => `UPDATE audit_event SET actor_name = 'X' || actor_name WHERE tenant_id = '${first.tenantId}' AND seq IN (700, 90)`,
                 () => `UPDATE audit_event SET actor_name = substr(actor_name, 2) WHERE tenant_id = '${first.tenantId}' AND seq IN (700, 90)`,
                 () => `tenant ${first.tenantId}: broken at link 90: the event was changed after it was hashed\n`],
    ['missing',  () => `UPDATE audit_event SET seq = 9999 WHERE tenant_id = '${second.tenantId}' AND seq = 7`,
                 () => `UPDATE audit_event SET seq = 7 WHERE tenant_id = '${second.tenantId}' AND seq = 9999`,
                 () => `tenant ${second.tenantId}: broken at link 7: the event is missing\n`],
    ['cut off',  () => `UPDATE audit_head SET seq = 31 WHERE tenant_id = '${second.tenantId}'`,
                 () => `UPDATE audit_head SET seq = 30 WHERE tenant_id = '${second.tenantId}'`,
                 () => `tenant ${second.tenantId}: broken at link 31: the log does not end where its head says\n`],
  ])('names the broken chain and its first broken link (%s), and exits with 1', async (_what, tamper, undo, told) => {
    await behindItsBack(tamper());
    expect(await verify()).toEqual({ code: 1, out: `2 chains, 1,230 links: 1 broken.\n${told()}`, err: '' });
    await behindItsBack(undo());
    expect(await verify()).toMatchObject({ code: 0 });
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    ['without a URL',                  [],                   {},                                                          /^DATABASE_URL is missing\. docs\/settings\.md describes them\.\n$/],
    ['with a URL of another protocol', [],                   { DATABASE_URL: 'https://canary.example' },                   /^DATABASE_URL is wrong: a postgresql:\/\/ URL\. .*\n$/],
    ['when the server is unreachable', [],                   { DATABASE_URL: 'postgresql://u:canary@127.0.0.1:1/db' },     /^Cannot reach the database: .*ECONNREFUSED.*\n$/],
    ['with an unknown option',         ['--anchor', 'file'], {},                                                          /^`audit verify` takes --anchors <file> and --json\.\n$/],
  ])('%s exits with 2 and one sentence', async (_what, args, settings, sentence) => {
    const { code, out, err } = await run(['audit', 'verify', ...args], settings);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(sentence);
    expect(err).not.toMatch(/canary|^ +at /m);
  });

  test('without the needed rights, or with another database, exits with 2 and one sentence', async () => {
    const role = new URL(database.runtimeUrl).username;
    await database.sql(`REVOKE EXECUTE ON FUNCTION crossing_audit_breaks FROM ${role}`);
    const { code, out, err } = await verify();
    await database.sql(`GRANT EXECUTE ON FUNCTION crossing_audit_breaks TO ${role}`);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(
      /^The role lacks a privilege, or the database lacks a migration \(run `npm run migrate`\): permission denied .*\n$/,
    );
  });
});

describe('A2: ipto audit verify --anchors', () => {
  test('stores the heads, readable by their owner only, and compares with them the next time', async () => {
    expect(await verify(['--anchors', anchors])).toEqual({ code: 0, out: '2 chains, 1,230 links: all intact.\n', err: '' });
    const kept = JSON.parse(await readFile(anchors, 'utf8'));
    expect(kept.map(({ tenantId, seq }: { tenantId: string; seq: number }) => [tenantId, seq]).sort()).toEqual(
      [first, second].map(({ tenantId, events }) => [tenantId, events]).sort(),
    );
    expect((await stat(anchors)).mode & 0o777).toBe(0o600);
    await append(database, second.tenantId, 31, 32);
    expect(await verify([`--anchors=${anchors}`])).toEqual({ code: 0, out: '2 chains, 1,232 links, 2 anchors: all intact.\n', err: '' });
    expect(JSON.parse(await readFile(anchors, 'utf8'))).toContainEqual(expect.objectContaining({ tenantId: second.tenantId, seq: 32 }));
  });

  test('finds a log that was shortened together with its head, and keeps the file unchanged', async () => {
    const before = await readFile(anchors, 'utf8');
    const rows = await database.sql<{ row: string }>(
      `SELECT to_jsonb(e)::text AS row FROM audit_event e WHERE tenant_id = $1 AND seq = 32`,
      [second.tenantId],
    );
    const head = (seq: number) =>
      `UPDATE audit_head h SET seq = ${seq}, hash = (SELECT hash FROM audit_event e WHERE e.tenant_id = h.tenant_id AND e.seq = ${seq}) WHERE tenant_id = '${second.tenantId}'`;
    await behindItsBack(`DELETE FROM audit_event WHERE tenant_id = '${second.tenantId}' AND seq = 32; ${head(31)}`);
    expect(await verify()).toMatchObject({ code: 0 });
    expect(await verify(['--anchors', anchors])).toEqual({
      code: 1,
      out: `2 chains, 1,231 links, 2 anchors: 1 broken.\ntenant ${second.tenantId}: broken at link 32: the link differs from the saved anchor: the log was rewritten\n`,
      err: '',
    });
    expect(await readFile(anchors, 'utf8')).toBe(before);
    await behindItsBack(
      `INSERT INTO audit_event SELECT * FROM jsonb_populate_record(NULL::audit_event, '${rows[0]!.row.replaceAll("'", "''")}'); ${head(32)}`,
    );
    expect(await verify(['--anchors', anchors])).toMatchObject({ code: 0 });
  });

  test.each([['not JSON'], ['{}'], ['[{"tenantId":"x","seq":1,"hash":""}]']])(
    'a file that contains %j exits with 2, and is kept',
    async text => {
      const file = path.join(folder, 'other.json');
      await writeFile(file, text);
      const { code, err } = await verify(['--anchors', file]);
      expect({ code, err }).toEqual({ code: 2, err: `${file} is not a file that \`audit verify --anchors\` wrote.\n` });
      expect(await readFile(file, 'utf8')).toBe(text);
    },
  );

  test('a file that cannot be written exits with 2', async () => {
    const { code, err } = await verify(['--anchors', path.join(folder, 'none', 'heads.json')]);
    expect(code).toBe(2);
    expect(err).toMatch(/^\S+heads\.json can't be written: ENOENT.*\n$/);
  });
});

test('A2: a tenant without the event of its creation is reported, although its log is valid', async () => {
  const [, gone] = await makeChains(database, [1, 1]);
  const { tenantId } = gone!;
  await behindItsBack(`DELETE FROM audit_event WHERE tenant_id = '${tenantId}'; DELETE FROM audit_head WHERE tenant_id = '${tenantId}'`);
  const { code, out } = await verify();
  expect(code).toBe(1);
  expect(out).toContain(`tenant ${tenantId}: broken at link 1: the log is empty: the event of the founding is missing\n`);
});
