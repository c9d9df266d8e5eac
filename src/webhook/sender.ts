import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { type ReceiverConnection, SendError, type SignedRequest, type WebhookSender } from '../domain/webhook/sender.ts';
import { type ConnectOptions, connectTo } from './connect.ts';

/** How long a request may take to be handed to the operating system, ms. */
const WRITE_MS = 1_000;
/** How long a receiver may take to respond, ms. */
export const RESPONSE_MS = 10_000;
/** How long the rest of a response is read, ms. */
const DRAIN_MS = 1_000;
/** How much of a response is read, bytes. */
export const RESPONSE_BYTES = 64 * 1024;

export type SenderOptions = ConnectOptions & { readonly responseMs?: number | undefined };

/** Sends webhooks over connections of their own, without following redirects. */
export const webhookSender = (options: SenderOptions): WebhookSender => ({
  connect: async text => {
    const url = new URL(text);
    return new Connection(await connectTo(url, options), url, options.responseMs ?? RESPONSE_MS);
  },
});

class Connection implements ReceiverConnection {
  readonly #socket: Socket;
  readonly #url: URL;
  readonly #responseMs: number;
  #request: ClientRequest | null = null;
  #response: Promise<IncomingMessage> | null = null;

  constructor(socket: Socket, url: URL, responseMs: number) {
    this.#socket = socket;
    this.#url = url;
    this.#responseMs = responseMs;
  }

  async write({ headers, body }: SignedRequest): Promise<void> {
    const { pathname, search, host } = this.#url;
    const length = String(Buffer.byteLength(body));
    const sent = request({
      createConnection: () => this.#socket,
      method: 'POST',
      path: `${pathname}${search}`,
      headers: { host, ...headers, 'content-length': length },
    });
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
    const message = await within(this.#responseMs, this.#response!);
    const { statusCode = 0 } = message;
    await this.#drain(message);
    if (statusCode < 200 || statusCode > 299) throw new SendError('STATUS', statusCode);
    return statusCode;
  }

  close(): void {
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

  #isTooLarge = (): boolean => this.#socket.bytesRead > RESPONSE_BYTES;
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
