import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { redisGroup } from '../../src/doctor/redis.ts';
import { startRedis } from '../support/redis.ts';
import { useResource } from '../support/resource.ts';
import { complaints, findings } from './config.ts';

const redis = useResource(startRedis, server => server.stop());
const examined = (url: string) => findings(redisGroup, { REDIS_URL: url });

test('the doctor finds a Redis that gives leases, and leaves nothing that counts', async () => {
  expect(await examined(redis.url)).toEqual([{ check: 'Redis', outcome: 'ok', what: `${new URL(redis.url).host} answers` }]);
  expect(await redis.used('')).toBe(0);
});

test('the doctor names a password that Redis refuses, rights that are missing and a replica, without printing the password', async () => {
  const admin = new Redis(redis.url);
  await admin.acl('SETUSER', 'reader', 'on', '>secret', '~*', '+@read', '+ping', '+info');
  for (const [user, what, fix] of [
    ['reader:canary', /^WRONGPASS/, /password/],
    ['reader:secret', /^NOPERM/, /rights/],
  ] as const) {
    const [finding] = await examined(redis.url.replace('://', `://${user}@`));
    expect(finding).toMatchObject({ outcome: 'wrong', what: expect.stringMatching(what), fix: expect.stringMatching(fix) });
    expect(JSON.stringify(finding)).not.toContain('canary');
  }
  await admin.replicaof('127.0.0.1', 1);
  expect(complaints(await examined(redis.url))).toEqual([expect.stringMatching(/^wrong Redis: READONLY/)]);
  await admin.replicaof('NO', 'ONE');
  admin.disconnect();
});

test('the doctor cannot tell without an answer, and skips what is not set', async () => {
  expect(complaints(await examined('redis://127.0.0.1:1'))).toEqual(['unchecked Redis: connect ECONNREFUSED 127.0.0.1:1']);
  expect(complaints(await findings(redisGroup, {}))).toEqual(["skipped Redis: REDIS_URL isn't set: each gateway counts budgets by itself"]);
});
