/** A row of the table: a script that ends with `drill NAME: figures` and exits 1 after a fault. */
export type Row = {
  readonly name: string;
  /** The script, where it has another name. */
  readonly script?: string;
  /** The figure that is asked for. */
  readonly asked: string;
  /** Arguments of the whole form, and of the short one; null: the short form leaves it out. */
  readonly full: readonly string[];
  readonly short: readonly string[] | null;
  /** It starts and stops a PostgreSQL of its own; the others share one. */
  readonly hasOwnPostgres?: true;
};

const rounds = (count: number) => ['--rounds', String(count)];

/** Every drill, in the order of the table. */
export const ROWS: readonly Row[] = [
  { name: 'purge', asked: 'receipts count what was removed', full: rounds(20), short: rounds(2) },
  { name: 'transfer', asked: 'one owner, 0 acknowledged changes lost', full: rounds(20), short: rounds(2) },
  { name: 'retrieve', asked: 'one charge a key, books balance', full: rounds(20), short: rounds(2) },
  { name: 'erase', asked: '0 traces of the person, chains whole', full: rounds(20), short: rounds(2) },
  { name: 'events', asked: 'each change arrives once, in order', full: rounds(20), short: rounds(2), hasOwnPostgres: true },
  {
    name: 'flood',
    asked: 'others: none refused, p99 + < 20 %; the budget exact within 1 % with Redis',
    full: rounds(5),
    short: ['--rounds', '1', '--seconds', '2'],
  },
  {
    name: 'partition',
    asked: '0 requests fail, what was acknowledged is there once, books and chains whole',
    full: ['--rows', '300000', '--kills', '5'],
    short: ['--rows', '20000', '--kills', '1'],
  },
  { name: 'restore', asked: 'the same rows, and a change is found', full: [], short: [], hasOwnPostgres: true },
  { name: 'kills', asked: 'nothing half done, 0 acknowledged changes lost', full: rounds(100), short: rounds(2) },
  { name: 'drain', asked: '0 requests in flight lost, ends < 10 s', full: rounds(5), short: rounds(1) },
  { name: 'leave', asked: 'alone: 0 statements after 1 s; pipelined: after the time-out', full: rounds(1_000), short: rounds(200) },
  { name: 'slow', asked: 'others served throughout, all closed within their time-outs', full: rounds(1_000), short: null },
  { name: 'input', asked: '≥ 100,000 inputs: 0 5xx, 0 leaks, 0 hangs; accepted text reads back', full: rounds(700), short: rounds(6) },
  {
    name: 'hostile',
    asked: 'refused within 10 ms of CPU, p99 of others ≤ 3 × idle, memory ≤ +50 MB',
    full: rounds(20),
    short: null,
  },
  { name: 'soak', asked: 'memory ≤ + 1 MB/min after collections, files and connections flat', full: ['--seconds', '1800'], short: null },
  {
    name: 'network',
    asked: '0 responses of another tenant, 0 acknowledged changes lost',
    full: rounds(1_000),
    short: rounds(25),
  },
  {
    name: 'postgres',
    asked: '0 acknowledged changes lost, 0 exits, serves ≤ 5 s after it returns',
    full: rounds(20),
    short: rounds(1),
    hasOwnPostgres: true,
  },
  {
    name: 'failover',
    asked: '0 acknowledged changes lost, chains whole, books balance',
    full: rounds(10),
    short: rounds(1),
    hasOwnPostgres: true,
  },
  {
    name: 'failover-debian',
    script: 'failover',
    asked: "the same with Debian's PostgreSQL and its pg_basebackup",
    full: [...rounds(10), '--debian'],
    short: [...rounds(1), '--debian'],
    hasOwnPostgres: true,
  },
  { name: 'migrations', asked: 'three at once: all end with 0, each migration applied once', full: rounds(5), short: rounds(1) },
  {
    name: 'readonly',
    asked: 'queries answered, changes UNAVAILABLE, works again without a restart',
    full: rounds(10),
    short: rounds(1),
    hasOwnPostgres: true,
  },
  {
    name: 'disk',
    asked: 'disk full: changes UNAVAILABLE, nothing half done, works again without a restart',
    full: rounds(10),
    short: rounds(1),
    hasOwnPostgres: true,
  },
  { name: 'issuer', asked: 'known keys accepted, an unknown kid UNAVAILABLE, ready, recovers', full: rounds(5), short: null },
  { name: 'redis', asked: '0 requests fail, ≤ 2 × the budget without it, exact to 1 % soon after', full: rounds(3), short: null },
  { name: 'clock', asked: 'exp and nbf to the tolerance, budgets ≤ 2 ×, each job once', full: rounds(4), short: null },
  {
    name: 'replicas',
    asked: 'the next request at the other replica sees each change: 0 stale; one budget to 1 %',
    full: rounds(10_000),
    short: rounds(60),
  },
  { name: 'upgrade', asked: '0 requests fail while all processes are replaced', full: rounds(5), short: rounds(1) },
];
