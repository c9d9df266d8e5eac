import type { JWK } from 'jose';
import * as z from 'zod';
import type { DoctorConfig } from '../config.ts';
import { discoveryUrl, parseDiscovery } from '../http/auth/issuer-keys.ts';
import { weaknessOf } from '../http/auth/weak-key.ts';
import { type Finding, type Group, ok, reason, skipped, unchecked, wrong } from './finding.ts';

const [DISCOVERY, KEYS, CLOCK] = ['issuer', 'keys of the issuer', 'clock of the issuer'];

/** Reads the issuer's discovery document and keys, as the gateway does, and compares the clocks. */
export const issuerGroup: Group = {
  name: DISCOVERY,
  run: async ({ values }, signal) => {
    const { OIDC_ISSUER: issuer, OIDC_JWKS_URI: uri } = values;
    if (!issuer) return [skipped(DISCOVERY, "OIDC_ISSUER isn't set, or is wrong")];
    if (uri) return [skipped(DISCOVERY, 'OIDC_JWKS_URI is set: nothing is discovered'), ...(await keysAt(uri, values, signal))];
    const url = discoveryUrl(issuer);
    const response = await get(url, signal);
    if (!(response instanceof Response)) return [response];
    let found: string;
    try {
      found = parseDiscovery(issuer, await response.json());
    } catch (error) {
      const why =
        error instanceof z.ZodError || error instanceof SyntaxError ? 'is not a discovery document' : `is refused: ${reason(error)}`;
      return [wrong(DISCOVERY, `${url} ${why}`, 'correct OIDC_ISSUER: exactly the `iss` of the tokens')];
    }
    return [ok(DISCOVERY, `${issuer} names its keys`), ...(await keysAt(found, values, signal))];
  },
};

async function get(url: string, signal: AbortSignal, check = DISCOVERY): Promise<Response | Finding> {
  try {
    const response = await fetch(url, { signal, redirect: 'error' });
    if (response.ok) return response;
    return wrong(check, `${url} answered ${response.status}`, 'correct OIDC_ISSUER, or set OIDC_JWKS_URI');
  } catch (error) {
    return unchecked(check, `${url}: ${reason(error)}`, 'correct OIDC_ISSUER, or let this machine reach it');
  }
}

const Keys = z.object({ keys: z.array(z.looseObject({ kty: z.string(), alg: z.string().optional(), use: z.string().optional() })) });

async function keysAt(
  uri: string,
  { OIDC_ALGORITHMS: algorithms = [], OIDC_CLOCK_SKEW: skew = 30 }: DoctorConfig['values'],
  signal: AbortSignal,
) {
  const response = await get(uri, signal, KEYS);
  if (!(response instanceof Response)) return [response];
  const { data } = Keys.safeParse(await response.json().catch(() => null));
  if (!data) return [wrong(KEYS, `${uri} is not a set of keys`, 'correct OIDC_ISSUER or OIDC_JWKS_URI')];
  const weak = data.keys.flatMap(key => weaknessOf(key as JWK) ?? []);
  const usable = data.keys.filter(
    ({ kty, alg, use }) => use !== 'enc' && algorithms.some(name => (alg ? alg === name : typeOf(name) === kty)),
  );
  if (weak.length)
    return [
      wrong(KEYS, `${weak.length} of ${data.keys.length} is refused: ${weak.join('; ')}`, 'replace it at the issuer'),
      clock(response.headers.get('date'), skew),
    ];
  const keys = usable.length
    ? ok(KEYS, `${usable.length} of ${data.keys.length} can sign tokens by ${algorithms.join(', ')}`)
    : wrong(KEYS, `none of ${data.keys.length} keys is for ${algorithms.join(', ')}`, 'set OIDC_ALGORITHMS to what the issuer signs with');
  return [keys, clock(response.headers.get('date'), skew)];
}

/** The key type of a signature algorithm. */
const typeOf = (algorithm: string) => (algorithm.startsWith('Ed') ? 'OKP' : algorithm.startsWith('ES') ? 'EC' : 'RSA');

function clock(date: string | null, skew: number): Finding {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return skipped(CLOCK, 'the issuer sends no Date header');
  const apart = Math.round(Math.abs(Date.now() - theirs) / 1_000);
  return apart <= skew + 1
    ? ok(CLOCK, `agrees within ${skew + 1} s`)
    : wrong(CLOCK, `differs by ${apart} s; OIDC_CLOCK_SKEW tolerates ${skew} s`, 'run a time service on this machine, such as chrony');
}
