import type { Query } from './gateway.ts';

/** A server-sent event of a subscription. */
export type Sent = {
  readonly id: string | null;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests know what they selected
  readonly data: any;
};

/** An open subscription, as `fetch` reads it. */
export type Subscribed = {
  readonly status: number;
  readonly headers: Headers;
  /** The errors of a response that is no stream. */
  readonly errors: readonly { extensions: Record<string, unknown> }[];
  /** All that has arrived. */
  readonly sent: readonly Sent[];
  /** The comments that have arrived: signs of life. */
  readonly heartbeats: () => number;
  /** Resolves with the next event that arrives; null when the connection has ended. */
  next(): Promise<Sent | null>;
  /** Resolves when the connection has ended. */
  ended(): Promise<readonly Sent[]>;
  close(): void;
};

export type SubscribeOptions = Query & { readonly accept?: string };

/** Subscribes with `POST /graphql`. */
export async function subscribe(
  url: string,
  query: string,
  { token, tenant, variables, headers, accept = 'text/event-stream' }: SubscribeOptions = {},
): Promise<Subscribed> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      accept,
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...(tenant && { 'x-tenant-id': tenant }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
    signal: leaving.signal,
  });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  const errors = isStream ? [] : JSON.parse(await response.text()).errors;
  const sent: Sent[] = [];
  let [taken, beats, isOver] = [0, 0, false];
  let arrived = () => {};
  const reading = (async () => {
    let text = '';
    if (isStream)
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const lines = text.slice(0, end).split('\n');
          text = text.slice(end + 2);
          const of = (name: string) => lines.filter(line => line.startsWith(`${name}:`)).map(line => line.slice(name.length + 1).trim());
          if (lines.every(line => line.startsWith(':'))) beats += 1;
          const [event] = of('event');
          const data = of('data').join('\n');
          if (event) sent.push({ id: of('id')[0] ?? null, event, data: data ? JSON.parse(data) : null });
          arrived();
        }
      }
  })()
    .catch(() => {}) // cut by this side, or by the other
    .finally(() => {
      isOver = true;
      arrived();
    });
  return {
    ...{ status: response.status, headers: response.headers, errors, sent },
    heartbeats: () => beats,
    next: async () => {
      while (taken === sent.length && !isOver)
        await new Promise<void>(resolve => {
          arrived = resolve;
        });
      return sent[taken++] ?? null;
    },
    ended: async () => {
      await reading;
      return sent;
    },
    close: () => leaving.abort(),
  };
}
