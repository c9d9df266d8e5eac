import { expect, test } from 'vitest';
import { standbysGroup } from '../../src/doctor/standbys.ts';
import { useDatabase } from '../support/database.ts';
import { useReplication } from '../support/replication.ts';
import { complaints, findings } from './config.ts';

/** A cluster of its own, which the standby doesn't follow. */
const another = useDatabase();
const replication = useReplication(1);

const examined = (primary: string, ...standbys: readonly string[]) =>
  findings(standbysGroup, { DATABASE_URL: primary, DATABASE_READ_URLS: standbys.join(',') });
const standbyUrl = () => replication.standbys[0]!.runtimeUrl;

test('the doctor finds a standby that follows, and one that lags', async () => {
  const { database, standbys } = replication;
  const check = `standby ${new URL(standbyUrl()).host}`;
  expect(await examined(database.runtimeUrl, standbyUrl())).toEqual([
    { check, outcome: 'ok', what: expect.stringMatching(/^follows the primary, \d+\.\d MiB behind$/) },
  ]);
  await standbys[0]!.pause();
  await database.sql("SELECT pg_logical_emit_message(false, 'doctor', repeat('x', 20000000))");
  expect(complaints(await examined(database.runtimeUrl, standbyUrl()))).toEqual([
    expect.stringMatching(new RegExp(`^wrong ${check}: (19|[2-9]\\d)\\.\\d MiB behind: reads stay on the primary$`)),
  ]);
  await standbys[0]!.resume();
});

test('the doctor names a primary, the standby of another, and one that does not answer', async () => {
  const { runtimeUrl } = replication.database;
  expect(complaints(await examined(runtimeUrl, runtimeUrl))).toEqual([`wrong standby ${new URL(runtimeUrl).host}: is no standby`]);
  expect(complaints(await examined(another.runtimeUrl, standbyUrl()))).toEqual([
    `wrong standby ${new URL(standbyUrl()).host}: follows another primary, or an older timeline of this one`,
  ]);
  expect(complaints(await examined(runtimeUrl, 'postgresql://nobody:canary@127.0.0.1:1/none'))).toEqual([
    expect.stringMatching(/^unchecked standby 127\.0\.0\.1:1: .*ECONNREFUSED/),
  ]);
});

test('the doctor skips what is not set', async () => {
  expect(complaints(await findings(standbysGroup, { DATABASE_URL: another.runtimeUrl }))).toEqual([
    "skipped standbys: DATABASE_READ_URLS isn't set: all reads go to DATABASE_URL",
  ]);
});
