import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const MISSING = 'Redis is missing: `apt-get install redis-server`, or put redis-server on the PATH.';

/** A Redis of its own, which keeps nothing on disk. */
export type TestRedis = {
  readonly url: string;
  /** Ends it; {@link start} starts it again, at the same port and empty. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** It keeps its connections and answers nothing, until {@link wake}. */
  hang(): void;
  wake(): void;
  /** The sum of the counts whose names begin so. */
  used(prefix: string): Promise<number>;
};

export const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess;
  const start = async () => {
    child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
    const failed = new Promise<never>((_, reject) => {
      child.once('error', error => reject((error as NodeJS.ErrnoException).code === 'ENOENT' ? new Error(MISSING) : error));
      child.once('exit', code => reject(new Error(`redis-server ended (${code})`)));
    });
    failed.catch(() => {});
    await Promise.race([whenItAnswers(url), failed]);
  };
  await start();
  return {
    url,
    start,
    stop: () =>
      new Promise(resolve => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
    hang: () => child.kill('SIGSTOP'),
    wake: () => child.kill('SIGCONT'),
    used: prefix =>
      withClient(url, async redis => {
        const names = await redis.keys(`${prefix}*`);
        return names.length ? (await redis.mget(names)).reduce((sum, text) => sum + Number(text), 0) : 0;
      }),
  };
}

async function withClient<Result>(url: string, work: (redis: Redis) => Promise<Result>): Promise<Result> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function whenItAnswers(url: string): Promise<void> {
  for (;;) {
    if (await withClient(url, redis => redis.ping()).catch(() => null)) return;
    await sleep(20);
  }
}
