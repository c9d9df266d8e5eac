import { availableParallelism } from 'node:os';
import proxyaddr from 'proxy-addr';
import * as z from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A list of words, separated by commas or spaces. */
export const list = (of: string) =>
  z
    .string()
    .default(of)
    .transform(text => text.split(/[\s,]+/).filter(Boolean));
export const isOrigin = (text: string) => /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
export const origins = list('').refine(texts => texts.every(isOrigin), 'origins such as https://app.example, without a path');
/** Whether each text is an address or a network, as `TRUSTED_PROXIES` lists them. */
export function areProxies(texts: string[]): boolean {
  try {
    proxyaddr.compile(texts);
    return true;
  } catch {
    return false;
  }
}
export const flagOf = (usual: 'true' | 'false') =>
  z
    .enum(['true', 'false'])
    .default(usual)
    .transform(text => text === 'true');
export const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'a postgresql:// URL' });
export const isPostgresUrl = (text: string): boolean => postgresUrl.safeParse(text).success;

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
/** Whether a URL is https, or http on this machine. */
const isTrusted = (text: string) => {
  if (!URL.canParse(text)) return true; // already reported
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
};
export const trustedUrl = z.url({ error: 'a URL' }).refine(isTrusted, 'an https:// URL (http:// on this machine only)');

/** Supported signature algorithms: asymmetric, so that a verifier can't sign tokens. */
export const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

/** A whole number from 1 to `max`. */
export const count = (max: number, usual: number) => {
  const expected = `a whole number from 1 to ${max}`;
  return z.coerce.number({ error: expected }).int(expected).min(1, expected).max(max, expected).default(usual);
};

/** How many processes serve: a number, or `auto` for one for each core. */
export const workers = z
  .union([z.literal('auto').transform(() => availableParallelism()), count(256, 1)], { error: 'auto, or a whole number from 1 to 256' })
  .default(1);

/** The secrets among settings, as they are written and decoded: keys, and passwords in URLs. */
export function secretsIn(set: Environment): readonly string[] {
  const texts = Object.values(set).flatMap(text => text?.split(/[\s,]+/) ?? []);
  const urls = [...Object.values(set), ...texts].flatMap(text =>
    text && /^(postgres(ql)?|smtps?|rediss?):/.test(text) && URL.canParse(text) ? [new URL(text).password] : [],
  );
  const keys = set.WEBHOOK_KEYS?.split(/[\s,]+/) ?? [];
  const encoded = [set.STORE_SECRET, set.S3_SECRET_ACCESS_KEY, ...keys, ...urls].filter(
    text => text !== undefined && text !== '',
  ) as string[];
  return [...new Set(encoded.flatMap(text => [text, decoded(text)]))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
