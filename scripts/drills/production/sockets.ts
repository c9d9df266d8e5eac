import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Process } from './process.ts';
import type { Tenant } from './tenants.ts';

/** A client that writes its bytes itself. */
export type RawClient = {
  readonly socket: Socket;
  /** What has arrived so far. */
  received(): string;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
};

export async function openSocket(url: string): Promise<RawClient> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket
    .on('error', () => {})
    .on('data', chunk => {
      text += chunk;
    });
  const closed = new Promise<void>(resolve => socket.on('close', () => resolve()));
  await Promise.race([new Promise<void>(resolve => socket.on('connect', () => resolve())), closed]);
  return { socket, received: () => text, closed };
}

/** A GraphQL request as it is written to a socket. */
export function requestOf(tenant: Pick<Tenant, 'id' | 'token'>, query: string, variables: object = {}): string {
  const body = JSON.stringify({ query, variables });
  return [
    'POST /graphql HTTP/1.1',
    ...['host: gateway', 'content-type: application/json', `authorization: Bearer ${tenant.token}`, `x-tenant-id: ${tenant.id}`],
    ...[`content-length: ${Buffer.byteLength(body)}`, '', body],
  ].join('\r\n');
}

/** The value of a metric without labels. */
export async function metric({ metricsUrl }: Process, name: string): Promise<number> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** Waits for a condition, at most so long; whether it came. */
export async function until(condition: () => Promise<boolean> | boolean, within = 60_000): Promise<boolean> {
  for (const deadline = performance.now() + within; ; await sleep(20)) {
    if (await condition()) return true;
    if (performance.now() > deadline) return false;
  }
}
