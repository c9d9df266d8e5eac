import { readFileSync } from 'node:fs';
import { blocksIn, ROOT } from '../../docs/markdown.ts';

const PAGES = ['docs/deploy.md', 'docs/operations.md', 'docs/upgrade.md', 'docs/backup.md'];

/** The blocks of the operators' pages that the first hour runs, by name. */
export const blocks: ReadonlyMap<string, string> = new Map(
  PAGES.flatMap(page =>
    blocksIn(readFileSync(ROOT + page, 'utf8')).flatMap(({ marker, code }) =>
      marker?.startsWith('hour: ') ? [[marker.slice('hour: '.length), code] as const] : [],
    ),
  ),
);

/** The commands of a block: its lines, without comments, continuations and what a file is given. */
export const commandsOf = (block: string): readonly string[] =>
  block
    .replaceAll(/<<'END'[\s\S]*?^END$/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line && !line.startsWith('#'));

/** What this run has in place of the names in the pages. */
export type Place = {
  readonly folders: Readonly<Record<'app' | 'next' | 'home', string>>;
  /** A superuser's URL of the cluster, without a database. */
  readonly cluster: string;
  /** The database before, and the one that is restored. */
  readonly database: string;
  readonly restored: string;
  readonly role: string;
  readonly issuer: string;
  readonly mail: string;
  readonly s3: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<'gateway' | 'metrics' | 'workerMetrics' | 'next' | 'nextMetrics', number>>;
};

const assignments = (settings: Readonly<Record<string, string>>) =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');

/** A block with this run's folders, addresses and ports in place of the page's. */
export function adapt(name: string, block: string, place: Place): string {
  const { folders, cluster, ports } = place;
  const database = name === 'restore' || name === 'verify' ? place.restored : place.database;
  const host = new URL(cluster).host;
  const names: readonly (readonly [string | RegExp, string])[] = [
    ['/opt/ipto-next', folders.next],
    ['/opt/ipto', folders.app],
    ['/etc/ipto.env', `${folders.home}/ipto.env`],
    [/postgresql:\/\/postgres:password@(?:db|new)\.example\.com/g, cluster],
    [/(?:db|new)\.example\.com/g, host],
    [/(?<=[/ ])ipto(?=$|\s)/gm, database],
    [/\bscratch\b/g, `${place.database}_scratch`],
    ['ipto_gateway', place.role],
    ['https://id.example.com', place.issuer],
    ['https://api.example.com', `http://127.0.0.1:${ports.gateway}`],
    ['smtps://ipto:password@mail.example.com', place.mail],
    ['S3_BUCKET=ipto-objects', `${assignments(place.s3)}\nPORT=${ports.gateway}`],
    ['4001', String(ports.next)],
    ['9464', String(ports.metrics)],
    ['9465', String(ports.workerMetrics)],
    ['9466', String(ports.nextMetrics)],
  ];
  return names.reduce((text, [from, to]) => text.replaceAll(from, () => to), block);
}
