import * as z from 'zod';
import { discoveryUrl, type KeyOptions, parseDiscovery } from '../http/auth/issuer-keys.ts';

/**
 * Reads an issuer's keys once more, and returns how many there are.
 *
 * @throws if they can't be read.
 */
export async function countKeys({ keys, issuer }: KeyOptions): Promise<number> {
  if (keys && 'keys' in keys) return keys.keys.length;
  const read = async (url: string): Promise<unknown> => {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: 'error' });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return await response.json();
  };
  const uri = keys?.uri ?? parseDiscovery(issuer, await read(discoveryUrl(issuer)));
  return z.object({ keys: z.array(z.object({ kty: z.string() })) }).parse(await read(uri)).keys.length;
}
