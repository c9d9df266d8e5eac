import { createKey, signed } from '../../test/http/auth/oidc.ts';
import { runDrill } from './frame.ts';
import { openInstallation } from './production/open.ts';
import { until } from './production/sockets.ts';

/**
 * `tsx scripts/drills/issuer.ts --rounds N`: the token issuer fails while tokens are verified.
 * Those of known keys are accepted, also ones that were never seen; an unknown `kid` is UNAVAILABLE
 * with `Retry-After`; the gateway stays ready and says what is wrong. A gateway that starts
 * meanwhile accepts nobody yet. When the issuer is back, with a new key, all is well by itself.
 */
const QUERY = '{ tenant { slug } }';
/** Keys aren't read again before that after a failure, and at the first token, ms. */
const [COOLED_DOWN_MS, DISCOVERED_MS] = [35_000, 10_000];

await runDrill('issuer', async frame => {
  const { rounds, fault } = frame;
  const { installation, tenants } = await openInstallation(frame, 1);
  const [tenant] = tenants as [(typeof tenants)[0]];
  const { issuerState: state } = installation;
  let [rotated, slowest, slowestCold] = [0, 0, 0];
  const ask = async (url: string, token: string) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-tenant-id': tenant.id };
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: QUERY }) });
    const { data, errors } = (await response.json()) as { data?: object; errors?: { extensions: { code: string } }[] };
    return {
      told: `${response.status} ${errors?.[0]?.extensions.code ?? (data ? 'data' : '')}`,
      retryAfter: Number(response.headers.get('retry-after')),
    };
  };
  const expectTold = async (what: string, url: string, token: string, expected: string) => {
    const { told, retryAfter } = await ask(url, token);
    if (told !== expected) fault(`${what}: ${told} in place of ${expected}`);
    if (expected.startsWith('503') && !(retryAfter >= 1 && retryAfter <= 30)) fault(`${what}: Retry-After is ${retryAfter}`);
  };
  const checkOf = async (metricsUrl: string) => {
    const response = await fetch(`${metricsUrl}/readyz?verbose`);
    const { checks } = (await response.json()) as { checks: Record<string, { ok: boolean; required: boolean }> };
    return { status: response.status, ...checks.issuer! };
  };
  for (let round = 0; round < rounds; round += 1) {
    const gateway = await installation.gateway();
    const [seen, unseen] = [await installation.tokenOf(tenant.mark), await installation.tokenOf(tenant.mark, { jti: `unseen-${round}` })];
    await expectTold('before', gateway.url, seen, '200 data');
    state.down = true;
    const next = await createKey('ES256', `rotated-${round}`);
    const { payload } = { payload: JSON.parse(Buffer.from(seen.split('.')[1]!, 'base64url').toString()) };
    const rotatedToken = await signed(next, payload);
    const cold = await installation.gateway();
    for (let times = 0; times < 3; times += 1) {
      await expectTold('a token that was seen', gateway.url, seen, '200 data');
      await expectTold('an unknown kid', gateway.url, rotatedToken, '503 UNAVAILABLE');
      await expectTold('a gateway that knows no keys', cold.url, seen, '503 UNAVAILABLE');
    }
    await expectTold('a token that was not seen', gateway.url, unseen, '200 data');
    const during = await checkOf(gateway.metricsUrl);
    if (during.status !== 200 || during.ok || during.required) fault(`readiness says ${JSON.stringify(during)}`);
    state.keys = [...state.keys, next];
    state.down = false;
    const since = performance.now();
    if (!(await until(async () => (await ask(cold.url, seen)).told === '200 data', DISCOVERED_MS)))
      fault('the gateway that knew no keys reads none');
    slowestCold = Math.max(slowestCold, performance.now() - since);
    if (!(await until(async () => (await ask(gateway.url, rotatedToken)).told === '200 data', COOLED_DOWN_MS)))
      fault('the new key is not accepted');
    slowest = Math.max(slowest, performance.now() - since);
    rotated += 1;
    if (!(await checkOf(gateway.metricsUrl)).ok) fault('readiness says that the issuer fails');
    for (const each of [gateway, cold]) if ((await each.end('SIGTERM')) !== 0) fault('a gateway did not end well');
  }
  return `${rotated} outages, a new key accepted within ${(slowest / 1_000).toFixed(0)} s (limit 35), by a gateway that knew none within ${(slowestCold / 1_000).toFixed(0)} s`;
});
