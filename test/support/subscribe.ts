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
  /** The comments that have arrived; empty ones are signs of life. */
  readonly comments: readonly string[];
  /** Resolves with the next event that arrives; null when the connection has ended. */
  next(): Promise<Sent | null>;
  /** Resolves when the connection has ended. */
  ended(): Promise<readonly Sent[]>;
  /** Whether the connection ended within a response, by this side or by the other. */
  isCut(): boolean;
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
  const comments: string[] = [];
  let [taken, isOver, isCut] = [0, false, false];
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
          if (lines.every(line => line.startsWith(':'))) comments.push(...lines.map(line => line.slice(1).trim()));
          const [event] = of('event');
          const data = of('data').join('\n');
          if (event) sent.push({ id: of('id')[0] ?? null, event, data: data ? JSON.parse(data) : null });
          arrived();
        }
      }
  })()
    .catch(() => {
      isCut = true;
    })
    .finally(() => {
      isOver = true;
      arrived();
    });
  return {
    ...{ status: response.status, headers: response.headers, errors, sent, comments },
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
    isCut: () => isCut,
    close: () => leaving.abort(),
  };
}
