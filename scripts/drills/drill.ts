import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeDatabase, type ScriptDatabase, startCluster } from '../database.ts';
import { runDrill } from './frame.ts';

/** A drill's own migrated database, and how often it kills. */
export type Drill = Pick<ScriptDatabase, 'runtimeUrl' | 'sql'> & {
  readonly rounds: number;
  /**
   * Starts a process that can be killed. Resolves with its first message, sent once it works.
   */
  child<First>(script: string, env: Readonly<Record<string, string>>): Promise<Child<First>>;
  /** Kills PostgreSQL and starts it again; a statement of {@link sql} works afterwards. */
  crashDatabase(): Promise<void>;
  /** Reports a fault. */
  fault(what: string): void;
};

export type Child<First> = {
  readonly first: First;
  /** The exit code; null for a killed process. */
  readonly ended: Promise<number | null>;
  /** Sends SIGKILL and waits until the database has noticed. */
  kill(): Promise<void>;
  /** Sends SIGKILL, while others are at work in the database. */
  killAmongOthers(): Promise<void>;
};

/** Runs a drill that kills processes of its own; `run` returns how often it did, or its figures. */
export async function drill(
  name: string,
  run: (drill: Drill) => Promise<number | string>,
  options: { readonly durable?: boolean } = {},
): Promise<void> {
  await runDrill(name, async ({ rounds, fault, atEnd }) => {
    const cluster = await startCluster(options);
    atEnd(cluster.stop);
    const database = await makeDatabase(cluster.url, 'drill');
    atEnd(database.drop);
    const children = new Set<ChildProcess>();
    process.on('exit', () => {
      for (const child of children) child.kill('SIGKILL');
    });
    atEnd(() => Promise.all([...children].map(dead)));
    const crashDatabase = async () => {
      await cluster.crash();
      await answers(database);
    };
    const figures = await run({ ...database, rounds, fault, crashDatabase, child: starter(children, idleIn(database)) });
    return typeof figures === 'number' ? `${figures} kills` : figures;
  });
}

/** Waits until no statement of a killed process runs any more. */
const idleIn =
  ({ sql }: ScriptDatabase) =>
  async () => {
    const atWork =
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ipto-gateway' AND state <> 'idle'";
    while ((await sql(atWork)).length) await sleep(5);
  };

/** Waits until statements work: each one that fails takes a broken connection from the pool. */
async function answers({ sql }: ScriptDatabase): Promise<void> {
  while (!(await sql('SELECT 1').catch(() => null))) await sleep(20);
}

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
    return { first, ended, kill, killAmongOthers: () => dead(child) };
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
