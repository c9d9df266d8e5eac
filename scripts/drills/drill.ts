import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeDatabase, type ScriptDatabase, startCluster } from '../database.ts';

/** A drill's own migrated database, and how often it kills. */
export type Drill = Pick<ScriptDatabase, 'runtimeUrl' | 'sql'> & {
  readonly rounds: number;
  /**
   * Starts a process that can be killed. Resolves with its first message, sent once it works.
   */
  child<First>(script: string, env: Readonly<Record<string, string>>): Promise<Child<First>>;
  /** Reports a fault. */
  fault(what: string): void;
};

export type Child<First> = {
  readonly first: First;
  /** The exit code; null for a killed process. */
  readonly ended: Promise<number | null>;
  /** Sends SIGKILL and waits until the database has noticed. */
  kill(): Promise<void>;
};

/** A drill's time limit, s: a base, and more for each round. */
const [BASE_LIMIT, LIMIT_PER_ROUND] = [90, 60];

/** Runs a drill, prints its result in one line, and cleans up. Exits 1 after a fault. */
export async function drill(name: string, run: (drill: Drill) => Promise<number>): Promise<void> {
  const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1] ?? 20) || 20;
  const faults: string[] = [];
  const fault = (what: string) => {
    faults.push(what);
    process.stderr.write(`fault: ${what}\n`);
  };
  const children = new Set<ChildProcess>();
  const limit = setTimeout(
    () => {
      process.stderr.write(`drill ${name}: not done after ${BASE_LIMIT + LIMIT_PER_ROUND * rounds} s\n`);
      for (const child of children) child.kill('SIGKILL');
      process.exit(1); // the embedded database ends with this process
    },
    (BASE_LIMIT + LIMIT_PER_ROUND * rounds) * 1_000,
  );
  const { url, stop } = await startCluster();
  let kills = 0;
  try {
    const database = await makeDatabase(url, 'drill');
    try {
      kills = await run({ ...database, rounds, fault, child: starter(children, idleIn(database)) });
    } finally {
      for (const child of children) await dead(child);
      await database.drop();
    }
  } finally {
    await stop();
    clearTimeout(limit);
  }
  process.stdout.write(`drill ${name}: ${kills} kills, ${faults.length} faults\n`);
  process.exitCode = faults.length ? 1 : 0;
}

/** Waits until no statement of a killed process runs any more. */
const idleIn =
  ({ sql }: ScriptDatabase) =>
  async () => {
    const atWork =
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ipto-gateway' AND state <> 'idle'";
    while ((await sql(atWork)).length) await sleep(5);
  };

const starter =
  (children: Set<ChildProcess>, idle: () => Promise<void>): Drill['child'] =>
  async <First>(script: string, env: Readonly<Record<string, string>>): Promise<Child<First>> => {
    const child = fork(fileURLToPath(new URL(script, import.meta.url)), { env: { ...process.env, ...env } });
    children.add(child);
    const ended = once(child, 'exit').then(([code]) => {
      children.delete(child);
      return code as number | null;
    });
    const first = await Promise.race([once(child, 'message').then(([message]) => message as First), ended.then(failed(script))]);
    const kill = async () => {
      await dead(child);
      await idle();
    };
    return { first, ended, kill };
  };

const failed = (script: string) => (code: number | null) => {
  throw new Error(`${script} ended with ${code} before it was at work`);
};

async function dead(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
