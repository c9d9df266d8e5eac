import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Whether this machine reports what processes use: Linux does. */
export const hasProc = existsSync('/proc/self/stat');

const TICKS = hasProc ? Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 100;

/**
 * The CPU time of a process with all its threads, in seconds; null if it ended or can't be seen.
 */
export function cpuSeconds(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS; // utime, stime
  } catch {
    return null;
  }
}

/** The same in nanoseconds, for short rounds: without threads that have ended. */
export const cpuNanoseconds = pid =>
  readdirSync(`/proc/${pid}/task`).reduce(
    (sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
    0,
  );

/** The resident memory of a process, in MiB; null as above. */
export function residentMiB(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return null;
  }
}

/**
 * CPU seconds of PostgreSQL's backends, by process id.
 */
export async function backendsCpu(admin, database) {
  const { rows } = await admin.query('SELECT pid FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()', [database]);
  return new Map(rows.map(({ pid }) => [pid, cpuSeconds(pid)]));
}

/**
 * The difference of two {@link backendsCpu}; null if no backend can be seen, as on another
 * machine.
 */
export function backendsUsed(before, after) {
  const seen = [...after].filter(([, cpu]) => cpu !== null);
  return seen.length ? seen.reduce((sum, [pid, cpu]) => sum + cpu - (before.get(pid) ?? 0), 0) : null;
}
