import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ObjectFacts } from '../domain/core/services.ts';
import { isKey } from './key.ts';

/** The path of the links into a folder. */
export const OBJECTS = '/objects/';

/** The request that a link allows, until a moment. */
export type Pass =
  | { readonly method: 'PUT'; readonly key: string; readonly until: Date; readonly facts: ObjectFacts }
  | {
      readonly method: 'GET';
      readonly key: string;
      readonly until: Date;
      readonly file: { readonly name: string; readonly mediaType: string };
    };

const SIGNATURE = '&signature=';

/** The signature of a link covers its method and its whole text. */
const mac = (secret: string, method: string, text: string): Buffer => createHmac('sha256', secret).update(`${method} ${text}`).digest();

/** The signed path and query of a link. */
export function linkOf(secret: string, pass: Pass): string {
  const parameters: Record<string, string> =
    pass.method === 'PUT'
      ? { size: String(pass.facts.size), type: pass.facts.mediaType, sha256: Buffer.from(pass.facts.sha256).toString('hex') }
      : { name: pass.file.name, type: pass.file.mediaType };
  const text = `${OBJECTS}${pass.key}?${new URLSearchParams({ until: String(pass.until.getTime()), ...parameters })}`;
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
  const expected = mac(secret, method, text);
  if (given.toString('base64url') !== signature || given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const [path = '', query] = text.split('?');
  const parameters = new URLSearchParams(query);
  const [key, until, mediaType] = [path.slice(OBJECTS.length), new Date(Number(parameters.get('until'))), parameters.get('type')!];
  if (!isKey(key) || until <= now) return null;
  if (method === 'GET') return { method, key, until, file: { name: parameters.get('name')!, mediaType } };
  const sha256 = Uint8Array.from(Buffer.from(parameters.get('sha256')!, 'hex'));
  return { method: 'PUT', key, until, facts: { size: BigInt(parameters.get('size')!), mediaType, sha256 } };
}
