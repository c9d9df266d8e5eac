import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

/** The media types of a GraphQL response; the first is sent where a client takes both equally. */
export const MEDIA_TYPES = ['application/json; charset=utf-8', 'application/graphql-response+json; charset=utf-8'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** Key: the text of the `Accept` header, on which alone the choice depends. '' is none. */
const chosen = new LRUCache<string, MediaType | ''>({ max: 500, maxSize: 100_000, sizeCalculation: (_type, accept) => accept.length + 1 });

/** The media type for an `Accept` header (RFC 9110, 12.5.1); null if it takes none of ours. */
export function responseMediaType(accept: string | undefined): MediaType | null {
  if (!accept) return MEDIA_TYPES[0];
  let type = chosen.get(accept);
  if (type === undefined) {
    type = (new Negotiator({ headers: { accept } }).mediaType(MEDIA_TYPES) as MediaType | undefined) ?? '';
    chosen.set(accept, type);
  }
  return type || null;
}

/** Server-sent events: for subscriptions, and for clients that take nothing else. */
const STREAM = 'text/event-stream';

/** Whether a client takes server-sent events. */
export const takesStream = (accept: string | undefined): boolean =>
  accept === undefined || new Negotiator({ headers: { accept } }).mediaType([STREAM]) === STREAM;

const PAGE = 'text/html';
const ANSWERS = [...MEDIA_TYPES, STREAM, 'multipart/mixed'];

/** Whether a client prefers HTML to every kind of GraphQL response, as browsers do. */
export const prefersPage = (accept: string | undefined): boolean =>
  accept !== undefined && new Negotiator({ headers: { accept } }).mediaType([...ANSWERS, PAGE]) === PAGE;

export type Encoding = 'br' | 'gzip' | 'identity';

/** The best encoding that a client takes; Brotli before gzip where it takes both equally. */
export function encodingFor(acceptEncoding: string | string[] | undefined): Encoding {
  const negotiator = new Negotiator({ headers: { 'accept-encoding': String(acceptEncoding ?? '') } });
  const encoding = negotiator.encoding as (
    available: readonly Encoding[],
    options: { preferred: readonly Encoding[] },
  ) => Encoding | undefined;
  return encoding.call(negotiator, ['br', 'gzip', 'identity'], { preferred: ['br', 'gzip'] }) ?? 'identity';
}
