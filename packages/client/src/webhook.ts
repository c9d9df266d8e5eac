/** A webhook message whose signature is right. */
export type WebhookMessage<Payload> = {
  /** The same in each delivery of an event: remember it to handle an event once. */
  readonly id: string;
  readonly sentAt: Date;
  readonly payload: Payload;
};

export type WebhookFault = 'HEADERS' | 'TIMESTAMP' | 'SIGNATURE' | 'SECRET';

/** The message isn't to be trusted: answer 400. */
export class WebhookError extends Error {
  override name = 'WebhookError';

  constructor(
    readonly fault: WebhookFault,
    message: string,
  ) {
    super(message);
  }
}

/** The headers of a request: of fetch, or of Node. */
type HeadersLike = { get(name: string): string | null } | Readonly<Record<string, string | readonly string[] | undefined>>;

export type WebhookOptions = {
  /** How old a message may be, or how far ahead of the clock, ms. Default: 5 minutes. */
  readonly tolerance?: number;
  /** The present time, ms. */
  readonly now?: number;
};

const TOLERANCE = 5 * 60_000;

/**
 * Checks a message by Standard Webhooks: its signature, and that it isn't old.
 *
 * @param body the body as it arrived, before any parsing.
 * @param secrets the secret `whsec_…`, or several while a new one replaces an old one.
 * @throws {WebhookError}
 */
export async function verifyWebhook<Payload = unknown>(
  body: string | Uint8Array,
  headers: HeadersLike,
  secrets: string | readonly string[],
  { tolerance = TOLERANCE, now = Date.now() }: WebhookOptions = {},
): Promise<WebhookMessage<Payload>> {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(name => headerIn(headers, name));
  if (!id || !timestamp || !signatures) throw new WebhookError('HEADERS', 'webhook-id, webhook-timestamp or webhook-signature is missing.');
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookError('TIMESTAMP', 'webhook-timestamp is not a number of seconds.');
  const sentAt = new Date(Number(timestamp) * 1_000);
  if (!(Math.abs(now - sentAt.getTime()) <= tolerance)) throw new WebhookError('TIMESTAMP', 'The message is too old, or of the future.');
  const bytes = typeof body === 'string' ? encode(body) : body;
  const signed = joined(encode(`${id}.${timestamp}.`), bytes);
  for (const secret of [secrets].flat()) {
    if (await isSigned(signed, signatures, secret)) return { id, sentAt, payload: JSON.parse(new TextDecoder().decode(bytes)) as Payload };
  }
  throw new WebhookError('SIGNATURE', 'No signature of webhook-signature is of this body and secret.');
}

/** Whether one of the signatures is of a secret. WebCrypto compares in constant time. */
async function isSigned(signed: Uint8Array<ArrayBuffer>, signatures: string, secret: string): Promise<boolean> {
  const bytes = decode(secret.replace(/^whsec_/, ''));
  if (!bytes?.length) throw new WebhookError('SECRET', 'The secret is not `whsec_` and base64.');
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  for (const signature of signatures.split(' ')) {
    const given = signature.startsWith('v1,') && decode(signature.slice(3));
    if (given && (await crypto.subtle.verify('HMAC', key, given, signed))) return true;
  }
  return false;
}

function headerIn(headers: HeadersLike, name: string): string | null {
  const value = typeof headers.get === 'function' ? headers.get(name) : (headers as Record<string, string | undefined>)[name];
  return typeof value === 'string' ? value : null;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

const encode = (text: string) => new TextEncoder().encode(text);

/** Bytes of base64; null if it isn't. */
function decode(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64), character => character.charCodeAt(0));
  } catch {
    return null;
  }
}
