import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { issuerGroup } from '../../src/doctor/issuer.ts';
import { createKey, type Key, type LoopbackIssuer, startIssuer } from '../http/auth/oidc.ts';
import { complaints, findings } from './config.ts';

let key: Key;
let issuer: LoopbackIssuer;
beforeAll(async () => {
  key = await createKey('ES256');
});
beforeEach(async () => {
  issuer = await startIssuer();
  issuer.state.keys = [key];
});
afterEach(async () => {
  vi.useRealTimers();
  await issuer.close();
});

const said = async (more: Record<string, string> = {}) => complaints(await findings(issuerGroup, { OIDC_ISSUER: issuer.issuer, ...more }));

describe('the doctor and the issuer', () => {
  test('finds the keys as the gateway does', async () => {
    expect(await findings(issuerGroup, { OIDC_ISSUER: issuer.issuer })).toEqual([
      { check: 'issuer', outcome: 'ok', what: `${issuer.issuer} names its keys` },
      { check: 'keys of the issuer', outcome: 'ok', what: '1 of 1 can sign tokens by RS256, PS256, ES256, EdDSA' },
      { check: 'clock of the issuer', outcome: 'ok', what: 'agrees within 31 s' },
    ]);
  });

  test('names another issuer than the document’s', async () => {
    issuer.state.claimedIssuer = 'https://other.example';
    expect(await said()).toEqual([
      `wrong issuer: ${issuer.issuer}/.well-known/openid-configuration is refused: the discovery document's issuer is "https://other.example"; OIDC_ISSUER is "${issuer.issuer}"`,
    ]);
  });

  test('names an answer that is an error, or no document', async () => {
    issuer.state.down = true;
    expect(await said()).toEqual([`wrong issuer: ${issuer.issuer}/.well-known/openid-configuration answered 500`]);
    const page = createServer((_, response) => response.end('<html>'));
    await new Promise<void>(resolve => page.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
    expect(await said({ OIDC_ISSUER: url })).toEqual([`wrong issuer: ${url}/.well-known/openid-configuration is not a discovery document`]);
    await new Promise(resolve => page.close(resolve));
  });

  test('names keys that no accepted algorithm can use', async () => {
    expect(await said({ OIDC_ALGORITHMS: 'RS256' })).toEqual(['wrong keys of the issuer: none of 1 keys is for RS256']);
    issuer.state.answer = JSON.stringify({ keys: [key.jwk, { kty: 'oct', k: 'c2VjcmV0' }] });
    expect(await said()).toEqual(['wrong keys of the issuer: 1 of 2 is refused: its secret part is published']);
    issuer.state.answer = '{"keys":[]}';
    expect(await said({ OIDC_ALGORITHMS: 'ES256' })).toEqual(['wrong keys of the issuer: none of 0 keys is for ES256']);
    issuer.state.answer = '<html>';
    expect(await said()).toEqual([`wrong keys of the issuer: ${issuer.keysUri} is not a set of keys`]);
  });

  test('reads OIDC_JWKS_URI without discovery', async () => {
    expect(await said({ OIDC_JWKS_URI: issuer.keysUri })).toEqual(['skipped issuer: OIDC_JWKS_URI is set: nothing is discovered']);
    expect(issuer.state.fetches).toEqual({ discovery: 0, keys: 1 });
  });

  test('names a clock that differs by more than OIDC_CLOCK_SKEW', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 60_000 });
    expect(await said({ OIDC_CLOCK_SKEW: '20' })).toEqual([
      expect.stringMatching(/^wrong clock of the issuer: differs by (59|60|61) s; OIDC_CLOCK_SKEW tolerates 20 s$/),
    ]);
  });

  test('cannot tell without an answer, and skips what is not set', async () => {
    await issuer.close();
    expect(await said()).toEqual([expect.stringMatching(/^unchecked issuer: http:.+: connect ECONNREFUSED/)]);
    issuer = await startIssuer();
    expect(complaints(await findings(issuerGroup, {}))).toEqual(["skipped issuer: OIDC_ISSUER isn't set, or is wrong"]);
  });
});

afterAll(() => void vi.useRealTimers());
