import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span, as OTLP sends it in JSON. */
export type Span = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code?: number };
};

export const SERVER = 2;
export const CLIENT = 3;

type Raw = { attributes: readonly { key: string; value: Record<string, unknown> }[] };
const attributesOf = ({ attributes }: Raw) => Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** Takes spans by OTLP over HTTP, as a collector does. */
export async function startReceiver() {
  const spans: Span[] = [];
  const bodies: string[] = [];
  const resources: Readonly<Record<string, unknown>>[] = [];
  const state = { status: 200 };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (state.status === 200 && request.url === '/v1/traces') {
      bodies.push(body);
      for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
        resources.push(attributesOf(resource));
        for (const scope of scopeSpans) for (const span of scope.spans) spans.push({ ...span, attributes: attributesOf(span) });
      }
    }
    response.writeHead(state.status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    spans,
    /** All that was sent, as it was sent. */
    text: () => bodies.join('\n'),
    resources,
    state,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;
