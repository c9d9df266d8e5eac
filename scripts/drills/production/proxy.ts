import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from '../frame.ts';

/** What becomes of a chunk: it is late, or its connection ends in its middle, or at once. */
export type Harm = { readonly kind: 'delay'; readonly ms: number } | { readonly kind: 'cut' } | { readonly kind: 'reset' } | null;

/** A TCP switch in front of PostgreSQL, as HAProxy is one. */
export type Switch = {
  /** The URL of a database, as it is reached through the switch. */
  through(url: string): string;
  /** Sends new connections to another port, and ends the others. */
  turn(port: number): void;
  /** Asked for each chunk: the number of its connection, and its own in there. */
  harm: ((connection: number, chunk: number) => Harm) | null;
  /** What was done to chunks. */
  readonly harmed: Record<'delay' | 'cut' | 'reset', number>;
};

export async function startSwitch({ atEnd }: Pick<Frame, 'atEnd'>, port: number): Promise<Switch> {
  const sockets = new Set<Socket>();
  let [target, connections] = [port, 0];
  const server = createServer(near => {
    const number = connections;
    connections += 1;
    const far = connect(target, '127.0.0.1');
    let chunk = 0;
    const end = (how: 'destroy' | 'resetAndDestroy') => {
      for (const socket of [near, far]) socket[how]();
    };
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(from);
          to.destroy();
        });
      let last: Promise<void> = Promise.resolve();
      from.on('data', data => {
        chunk += 1;
        const harm = state.harm?.(number, chunk) ?? null;
        if (harm) state.harmed[harm.kind] += 1;
        last = last.then(async () => {
          if (harm?.kind === 'delay') await sleep(harm.ms);
          if (harm?.kind === 'reset') return end('resetAndDestroy');
          if (to.writable) to.write(harm?.kind === 'cut' ? data.subarray(0, data.length >> 1) : data);
          if (harm?.kind === 'cut') to.end(() => end('destroy'));
        });
      });
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const state: Switch = {
    through: url => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String((server.address() as AddressInfo).port) }).href,
    turn: next => {
      target = next;
      for (const socket of sockets) socket.destroy();
    },
    harm: null,
    harmed: { delay: 0, cut: 0, reset: 0 },
  };
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return state;
}
