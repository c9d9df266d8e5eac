import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ObjectFacts } from '../domain/core/services.ts';
import { isKey } from './key.ts';

/** Where the links of a folder lead to. */
export const OBJECTS = '/objects/';

/** What a link lets whoever holds it do, until a moment. */
export type Pass =
  | { readonly method: 'PUT'; readonly key: string; readonly until: Date; readonly facts: ObjectFacts }
  | {
      readonly method: 'GET';
      readonly key: string;
      readonly until: Date;
      readonly file: { readonly name: string; readonly mediaType: string };
    };

const SIGNATURE = '&signature=';

/**
 * The signed part of a link is its text, with the method before it: whatever is read from it was
 * written by {@link linkOf}.
 */
const mac = (secret: string, method: string, text: string): Buffer => createHmac('sha256', secret).update(`${method} ${text}`).digest();

/** A pass as a path and query: nothing of it can be changed. */
export function linkOf(secret: string, pass: Pass): string {
  const told: Record<string, string> =
    pass.method === 'PUT'
      ? { size: String(pass.facts.size), type: pass.facts.mediaType, sha256: Buffer.from(pass.facts.sha256).toString('hex') }
      : { name: pass.file.name, type: pass.file.mediaType };
  const text = `${OBJECTS}${pass.key}?${new URLSearchParams({ until: String(pass.until.getTime()), ...told })}`;
  return `${text}${SIGNATURE}${mac(secret, pass.method, text).toString('base64url')}`;
}

/**
 * The pass that a request's method and URL are, or null where it is none of ours, was changed, or
 * is over.
 */
export function passOf(secret: string, method: string, url: string, now: Date): Pass | null {
  const end = url.lastIndexOf(SIGNATURE);
  const [text, signature] = [url.slice(0, end), url.slice(end + SIGNATURE.length)];
  const given = Buffer.from(signature, 'base64url');
  const wanted = mac(secret, method, text);
  if (given.toString('base64url') !== signature || given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
  const [path = '', query] = text.split('?');
  const told = new URLSearchParams(query);
  const [key, until, mediaType] = [path.slice(OBJECTS.length), new Date(Number(told.get('until'))), told.get('type')!];
  if (!isKey(key) || until <= now) return null;
  if (method === 'GET') return { method, key, until, file: { name: told.get('name')!, mediaType } };
  const sha256 = Uint8Array.from(Buffer.from(told.get('sha256')!, 'hex'));
  return { method: 'PUT', key, until, facts: { size: BigInt(told.get('size')!), mediaType, sha256 } };
}
