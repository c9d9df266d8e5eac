import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { type ReceiverConnection, SendError, type SignedRequest, type WebhookSender } from '../domain/webhook/sender.ts';
import { type ConnectOptions, connectTo } from './connect.ts';
import { IdleConnections } from './idle-connections.ts';

/** How long a request may take to be handed to the operating system, ms. */
const WRITE_MS = 1_000;
/** How long a receiver may take to respond, ms. */
export const RESPONSE_MS = 10_000;
/** How long the rest of a response is read, ms. */
const DRAIN_MS = 1_000;
/** How much of a response is read, bytes. */
export const RESPONSE_BYTES = 64 * 1024;

export type SenderOptions = ConnectOptions & { readonly responseMs?: number | undefined };

/**
 * Sends webhooks without following redirects. A connection is used for several requests to one URL;
 * where each connects to is checked when it does.
 */
export function webhookSender(options: SenderOptions): WebhookSender {
  const idle = new IdleConnections();
  const { responseMs = RESPONSE_MS } = options;
  return {
    connect: async (text, isNew = false) => {
      const url = new URL(text);
      const kept = isNew ? undefined : idle.take(text);
      const socket = kept ?? idle.opened(await connectTo(url, options));
      return new Connection(socket, { url, responseMs, isReused: kept !== undefined, onFree: () => idle.keep(text, socket) });
    },
  };
}

type ConnectionOptions = { readonly url: URL; readonly responseMs: number; readonly isReused: boolean; readonly onFree: () => void };

class Connection implements ReceiverConnection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  /** What was read before this request. */
  readonly #bytesBefore: number;
  #request: ClientRequest | null = null;
  #response: Promise<IncomingMessage> | null = null;
  #isRead = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#bytesBefore = socket.bytesRead;
  }

  get isReused(): boolean {
    return this.#options.isReused;
  }

  async write({ headers, body }: SignedRequest): Promise<void> {
    const { url, onFree } = this.#options;
    const { pathname, search, host } = url;
    const length = String(Buffer.byteLength(body));
    const sent = request({
      createConnection: () => this.#socket,
      method: 'POST',
      path: `${pathname}${search}`,
      headers: { host, connection: 'keep-alive', ...headers, 'content-length': length },
    });
    // Node has the whole response, and neither side ends the connection.
    this.#socket.once('free', onFree);
    this.#request = sent;
    this.#response = new Promise((resolve, reject) => {
      sent.once('response', resolve);
      sent.on('error', error => reject(new SendError('BROKEN_OFF', null, { cause: error })));
      sent.on('information', () => this.#isTooLarge() && this.close());
    });
    this.#response.catch(() => {}); // response() throws it
    sent.end(body);
    await within(WRITE_MS, new Promise<void>(resolve => sent.once('finish', resolve)), this.#response);
  }

  async response(): Promise<number> {
    const message = await within(this.#options.responseMs, this.#response!);
    const { statusCode = 0 } = message;
    await this.#drain(message);
    this.#isRead = true; // A message that is left before its end takes its socket along.
    if (statusCode < 200 || statusCode > 299) throw new SendError('STATUS', statusCode);
    return statusCode;
  }

  close(): void {
    if (this.#isRead) return;
    this.#request?.destroy();
    this.#socket.destroy();
  }

  /**
   * Reads what follows the status, within limits: it is of no interest, but its sender is to end
   * well.
   */
  async #drain(message: IncomingMessage): Promise<void> {
    const timer = setTimeout(() => message.destroy(), DRAIN_MS);
    try {
      for await (const _ of message) if (this.#isTooLarge()) break;
    } catch {
      // the status is known
    } finally {
      clearTimeout(timer);
    }
  }

  #isTooLarge = (): boolean => this.#socket.bytesRead - this.#bytesBefore > RESPONSE_BYTES;
}

/** @throws {SendError} RESPONSE_TIMEOUT */
async function within<Result>(ms: number, ...either: Promise<unknown>[] & [Promise<Result>, ...Promise<unknown>[]]): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SendError('RESPONSE_TIMEOUT')), ms);
  });
  try {
    return (await Promise.race([late, ...either])) as Result;
  } finally {
    clearTimeout(timer);
  }
}
