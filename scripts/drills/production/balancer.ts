import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../test/support/redis.ts';
import { blocksIn, ROOT } from '../../docs/markdown.ts';
import type { Frame } from '../frame.ts';
import { programPath } from './missing.ts';
import { until } from './sockets.ts';

/** An address of a gateway: where it serves, and where it says whether it is ready. */
export type Backend = { readonly name: string; readonly port: number; readonly metricsPort: number };

export type Balancer = {
  readonly url: string;
  /** Resolves when it sends requests to this backend. */
  sendsTo(name: string): Promise<void>;
};

const isBlock = ({ marker }: { readonly marker: string | null }) => marker?.split(': ')[1] === 'haproxy';

/** The configuration that docs/deploy.md recommends, for these backends. */
function configuration(front: number, status: number, backends: readonly Backend[]): string {
  const { code } = blocksIn(readFileSync(`${ROOT}docs/deploy.md`, 'utf8')).find(isBlock)!;
  const recommended = code.replaceAll(/^ +server .*\n/gm, '');
  return `global
    maxconn 2000
${recommended}${backends.map(({ name, port, metricsPort }) => `    server ${name} 127.0.0.1:${port} port ${metricsPort}\n`).join('')}
frontend clients
    bind 127.0.0.1:${front}
    default_backend ipto
frontend status
    bind 127.0.0.1:${status}
    stats enable
    stats uri /
`;
}

/** Starts haproxy in front of gateways: in turn, and only to those that are ready. */
export async function startBalancer({ atEnd }: Pick<Frame, 'atEnd'>, backends: readonly Backend[]): Promise<Balancer> {
  const program = programPath('haproxy');
  const folder = await mkdtemp(join(tmpdir(), 'ipto-drill-haproxy-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const [front, status] = [await freePort(), await freePort()];
  const file = join(folder, 'haproxy.cfg');
  await writeFile(file, configuration(front, status, backends));
  const child = spawn(program, ['-db', '-q', '-f', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  process.on('exit', () => child.kill('SIGKILL'));
  atEnd(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const isUp = async (name: string) => {
    const table = await fetch(`http://127.0.0.1:${status}/;csv`).then(
      response => response.text(),
      () => '',
    );
    return new RegExp(`^ipto,${name},.*,UP,`, 'm').test(table);
  };
  return {
    url: `http://127.0.0.1:${front}`,
    sendsTo: async name => {
      if (!(await until(() => isUp(name)))) throw new Error(`the balancer sends nothing to ${name}`);
    },
  };
}
