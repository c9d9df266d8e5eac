import { setTimeout as sleep } from 'node:timers/promises';
import { runDrill } from './frame.ts';
import { Load } from './production/load.ts';
import { openInstallation } from './production/open.ts';
import { openSocket, type RawClient, requestOf } from './production/sockets.ts';

/**
 * `tsx scripts/drills/slow.ts --rounds CLIENTS`: clients that send their head or their body byte by
 * byte, or that don't read. Others are served throughout, and all are closed within their
 * time-outs.
 */
const [HEADERS_S, BODY_S, IDLE_S] = [3, 4, 5];
/** Node looks at its connections each second; the rest is for a busy machine. */
const TOLERANCE_S = 15;
/** More than the kernel keeps for a client who doesn't read. */
const RESPONSES = 100;

await runDrill(
  'slow',
  async frame => {
    const { rounds: clients, fault } = frame;
    const { installation, tenants } = await openInstallation(frame, 4);
    const gateway = await installation.gateway({
      ...{
        HTTP_HEADERS_TIMEOUT: String(HEADERS_S),
        HTTP_BODY_TIMEOUT: String(BODY_S),
        HTTP_IDLE_TIMEOUT: String(IDLE_S),
        HTTP_KEEP_ALIVE: String(IDLE_S),
      },
    });
    const request = requestOf(tenants[0]!, '{ __typename }');
    const text = `GET /schema.graphql HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${tenants[0]!.token}\r\n\r\n`;
    const body = request.indexOf('\r\n\r\n') + 4;
    const kinds: readonly ((client: RawClient) => void)[] = [
      client => trickle(client, request, 10),
      client => trickle(client, request, body + 10),
      ({ socket }) => {
        socket.write(text.repeat(RESPONSES));
        socket.pause();
        setTimeout(() => socket.resume(), (IDLE_S + TOLERANCE_S) * 1_000); // only then it notices
      },
    ];
    const all: { readonly kind: number; readonly client: RawClient; readonly since: number; closedAfter: number }[] = [];
    for (let number = 0; number < clients; number += 1) {
      const kind = number % 10 ? number % 2 : 2; // those who don't read take memory of the kernel
      const client = await openSocket(gateway.url);
      const entry = { kind, client, since: performance.now(), closedAfter: 0 };
      void client.closed.then(() => {
        entry.closedAfter = (performance.now() - entry.since) / 1_000;
      });
      kinds[kind]!(client);
      all.push(entry);
    }
    const load = new Load(() => gateway.url, tenants, ['read', 'rename']);
    const times: number[] = [];
    while (all.some(({ closedAfter, since }) => !closedAfter && performance.now() - since < 60_000)) {
      const since = performance.now();
      if (!(await load.send(times.length % 2 ? 'read' : 'rename', tenants[1]!))) fault('another client was not served');
      times.push(performance.now() - since);
      await sleep(50);
    }
    for (const { kind, client } of all)
      if (kind === 2 && client.received().split('HTTP/1.1 200').length > RESPONSES) fault('a client that did not read was not closed');
    const limits = [HEADERS_S, BODY_S, IDLE_S].map(seconds => seconds + TOLERANCE_S + 1);
    const worst = limits.map((limit, kind) => {
      const after = all.filter(entry => entry.kind === kind).map(({ closedAfter }) => closedAfter || Number.POSITIVE_INFINITY);
      const latest = Math.max(...after);
      const late = after.filter(seconds => seconds > limit).length;
      if (late) fault(`${late} clients of kind ${kind} were closed after ${latest.toFixed(1)} s, and not after ${limit} s`);
      return latest.toFixed(1);
    });
    const p99 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]!;
    return `${clients} slow clients closed after ${worst.join(', ')} s (head, body, reading), ${times.length} others served, p99 ${p99.toFixed(0)} ms`;
  },
  { rounds: 1_000, limit: [180, 0.2] },
);

/** Sends the beginning of a text at once and then a byte every 200 ms, until it is closed. */
function trickle({ socket, closed }: RawClient, text: string, from: number): void {
  socket.write(text.slice(0, from));
  let at = from;
  const timer = setInterval(() => socket.write(text[at++] ?? ' '), 200);
  void closed.then(() => clearInterval(timer));
}
