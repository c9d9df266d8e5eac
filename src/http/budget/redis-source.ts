import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import type { BudgetSource, Lease, LeaseRequest } from './lease.ts';

export type RedisOptions = {
  readonly url: string;
  /** What the names of all keys begin with. */
  readonly prefix: string;
};

/** How long a minute's count is kept after its last use, seconds. */
const KEEP_S = 120;

/** How long connecting takes at most, and any answer before the connection is given up, ms. */
const CONNECT_TIMEOUT_MS = 2_000;
const ANSWER_TIMEOUT_MS = 2_000;
const MAX_RETRY_MS = 1_000;

/** {@link leaseOf} inside Redis, where it is atomic. Returns what is granted, and what is used. */
const LEASE = `
local limit, needed, wanted, settled = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local taken = tonumber(redis.call('GET', KEYS[1]) or 0) + settled
local left = limit - taken
local granted = 0
if left >= needed then granted = math.max(math.min(left, wanted), 0) end
redis.call('SET', KEYS[1], string.format('%d', taken + granted), 'EX', ${KEEP_S})
return {granted, taken + granted}`;

type LeasingRedis = Redis & {
  lease(key: string, limit: number, needed: number, wanted: number, settled: number): Promise<[number, number]>;
};

function connectionTo(url: string, retryStrategy: (tries: number) => number | null): LeasingRedis {
  const redis = new Redis(url, {
    connectionName: 'ipto-gateway',
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: ANSWER_TIMEOUT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    lazyConnect: true,
    retryStrategy,
  }) as LeasingRedis;
  redis.defineCommand('lease', { numberOfKeys: 1, lua: LEASE });
  return redis;
}

/**
 * Shares budgets through Redis. A connection that fails is opened again and again; until then
 * leases are null at once, so that no request waits for a Redis that is down.
 *
 * @param onChange called when Redis goes out of reach, with the reason, and when it is back.
 */
export function openRedisSource({ url, prefix }: RedisOptions, onChange: (lost: Error | null) => void): BudgetSource {
  const redis = connectionTo(url, tries => Math.min(tries * 100, MAX_RETRY_MS));
  let isReported: boolean | null = null;
  const report = (lost: Error | null) => {
    if (isReported === (lost !== null)) return;
    isReported = lost !== null;
    onChange(lost);
  };
  let reason = new Error('the connection was closed');
  redis.on('error', (error: Error) => {
    reason = error;
  });
  redis.on('close', () => report(reason));
  redis.on('ready', () => report(null));
  redis.connect().catch(() => {}); // reported by the events

  async function lease({ key, minute, limit, needed, wanted, settled }: LeaseRequest): Promise<Lease> {
    try {
      const [granted, used] = await redis.lease(nameOf(prefix, key, minute), limit, needed, wanted, settled);
      report(null);
      return { granted, used };
    } catch (error) {
      report(error as Error); // such as READONLY of a replica
      throw error;
    }
  }

  return {
    lease: request => (redis.status === 'ready' ? lease(request) : null),
    check: async () => `${await redis.ping()}: budgets are shared`,
    close: () => redis.disconnect(),
  };
}

/**
 * Connects once and settles nothing, with the rights and the script that a lease needs.
 *
 * @throws what Redis or the network answers.
 */
export async function probeRedis({ url, prefix }: RedisOptions): Promise<void> {
  const redis = connectionTo(url, () => null);
  const errors: Error[] = [];
  redis.on('error', (error: Error) => errors.push(error));
  try {
    await redis.connect();
    await redis.lease(nameOf(prefix, 'probe', 0), 0, 0, 0, 0);
  } catch (error) {
    throw errors[0] ?? error;
  } finally {
    redis.disconnect();
  }
}

/** The name of a count. It tells nobody which person or address it is for. */
const nameOf = (prefix: string, key: string, minute: number): string =>
  `${prefix}budget:${minute}:${createHash('sha256').update(key).digest('base64url')}`;
