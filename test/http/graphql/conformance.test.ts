import { type Audit, serverAudits } from 'graphql-http';
import { expect, test } from 'vitest';
import { useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database, { introspection: 'all' });

/** GETs need a header that a foreign page can't send. */
const fetchFn = (url: string, init: RequestInit = {}) => {
  const headers = new Headers(init.headers);
  headers.set('x-graphql-csrf', '1');
  return fetch(url, { ...init, headers });
};

const audits: readonly Audit[] = serverAudits({ url: () => `${gateway.url}/graphql`, fetchFn });

test('the suite has the 61 audits that are expected to pass', () => {
  expect(audits).toHaveLength(61);
});

test.each(audits.map(audit => [audit.name, audit] as const))('%s', async (_name, audit) => {
  const result = await audit.fn();
  expect(result.status === 'ok' ? 'ok' : result.reason).toBe('ok');
});
