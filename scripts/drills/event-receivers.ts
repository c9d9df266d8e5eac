import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { subscribe } from '../../test/support/subscribe.ts';

const FOLLOWED = 'subscription { tenantChanged { cursor event { number eventId data } } }';

export type Received = { readonly number: number; readonly eventId: string; readonly data: { readonly name: string } };

/** What a subscriber of one tenant received, over all of its connections. */
export class Subscriber {
  readonly received: Received[] = [];
  #last = Buffer.from('0').toString('base64url');
  #isOver = false;

  constructor(
    private readonly tenant: string,
    private readonly token: string,
    private readonly url: () => string | null,
  ) {}

  async follow(): Promise<void> {
    while (!this.#isOver) {
      const url = this.url();
      if (url) await this.#read(url).catch(() => {});
      await sleep(5);
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  async #read(url: string): Promise<void> {
    const { tenant, token } = this;
    const subscribed = await subscribe(url, FOLLOWED, { token, tenant, headers: { 'last-event-id': this.#last } });
    for (let sent = await subscribed.next(); sent && !this.#isOver; sent = await subscribed.next()) {
      if (!sent.id) break;
      this.#last = sent.id;
      this.received.push(sent.data.data.tenantChanged.event);
    }
    subscribed.close();
  }
}

/** A receiver of webhooks: bodies by event, in the order of their first arrival. */
export type Receiver = {
  readonly url: string;
  readonly bodies: ReadonlyMap<string, string>;
  /** Requests that came, repeats among them. */
  readonly count: () => number;
  stop(): void;
};

/** @param onFault called with two bodies of one event that differ. */
export async function startReceiver(onFault: (what: string) => void): Promise<Receiver> {
  const bodies = new Map<string, string>();
  let count = 0;
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const id = String(request.headers['webhook-id']);
    count += 1;
    if ((bodies.get(id) ?? body) !== body) onFault(`webhook ${id} came with two bodies`);
    bodies.set(id, body); // A key stays where it was inserted first.
    response.writeHead(204).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    bodies,
    count: () => count,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
