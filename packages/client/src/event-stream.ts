import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** What is read besides events. */
export type StreamHooks = {
  /** Takes the milliseconds that the server asks to wait before the next connection. */
  readonly onRetry: (ms: number) => void;
  /** How long the stream may be silent, ms. Comments count: they are heartbeats. */
  readonly idle: number;
};

/** The events of a response body, until it ends. @throws if it breaks or falls silent. */
export async function* eventsIn(
  body: ReadableStream<Uint8Array>,
  { onRetry, idle }: StreamHooks,
): AsyncGenerator<EventSourceMessage, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: event => void events.push(event), onRetry });
  try {
    for (;;) {
      const { done, value } = await within(idle, reader.read());
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield* events.splice(0);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** A promise's value, unless it takes longer. */
export function within<Value>(ms: number, promise: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Nothing arrived for ${ms} ms.`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
