import { ConnectionPool } from '../../src/database/driver/pool.ts';
import type { ScriptDatabase } from '../database.ts';
import { createIssuer, ISSUER } from '../drills/tokens.ts';
import { startQuietGateway } from '../quiet-gateway.ts';

/** A statement that the gateway sends for a page, and the tenant that it is bound to. */
export type PageStatement = {
  readonly page: string;
  readonly tenantId: string;
  readonly personId: string;
  readonly text: string;
  readonly values: readonly unknown[];
};

const LARGE = /\b(usage_record|charge|earning|audit_event)\b/;
const OWNER = '00000000-0000-7000-8000-000000000001';

/** Pages of the largest buyer and the largest seller. */
// biome-ignore format: a table is read by its columns
const PAGES = {
  'usage, first page':         ['buyer', '{ tenant { usage { records(first: 20) { edges { node { id at } } } } } }'],
  'usage, by day':             ['buyer', '{ tenant { usage { byDay { day count } } } }'],
  'charges, last page':        ['buyer', '{ tenant { charges(last: 20) { edges { node { id } } } } }'],
  'earnings, first page':      ['seller', '{ tenant { earnings(first: 20) { edges { node { id } } } } }'],
  'audit events, first page':  ['buyer', '{ tenant { auditEvents(first: 20) { edges { node { id } } } } }'],
  'all of them':               ['buyer', '{ tenant { usage { records(first: 20) { edges { node { id } } } } charges(first: 20) { edges { node { id } } } earnings(first: 5) { edges { node { id } } } auditEvents(first: 20) { edges { node { id } } } } }'],
} as const;

/** Asks a gateway for the pages, and returns what it sent to the database. */
export async function pageStatements(database: ScriptDatabase): Promise<readonly PageStatement[]> {
  await database.sql("UPDATE person SET issuer = $1, email = 'o@o.example', email_verified = true WHERE id = $2", [ISSUER, OWNER]);
  const [tenants] = await database.sql<{ buyer: string; seller: string }>(
    `SELECT (SELECT tenant_id FROM charge GROUP BY 1 ORDER BY count(*) DESC LIMIT 1) AS buyer,
       (SELECT tenant_id FROM earning GROUP BY 1 ORDER BY count(*) DESC LIMIT 1) AS seller`,
  );
  const issuer = await createIssuer();
  const token = await issuer.tokenOf('owner');
  const gateway = await startQuietGateway(database.runtimeUrl, issuer);
  const sent: { text: string; values: readonly unknown[] }[] = [];
  const { read, query } = ConnectionPool.prototype;
  const recording = <Run extends (...args: never[]) => unknown>(run: Run) =>
    function record(this: ConnectionPool, ...args: Parameters<Run>) {
      const { text, values = [] } = args[0] as unknown as { text: string; values?: readonly unknown[] };
      if (LARGE.test(text)) sent.push({ text, values });
      return run.apply(this, args);
    } as unknown as Run;
  Object.assign(ConnectionPool.prototype, { read: recording(read), query: recording(query) });
  try {
    const found: PageStatement[] = [];
    for (const [page, [who, document]] of Object.entries(PAGES)) {
      const ask = async () => {
        sent.length = 0;
        const response = await fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-tenant-id': tenants![who] },
          body: JSON.stringify({ query: document }),
        });
        const { errors } = (await response.json()) as { errors?: readonly object[] };
        if (errors) throw new Error(`${page}: ${JSON.stringify(errors)}`);
      };
      for (let times = 0; times < 3; times += 1) await ask(); // from the caches, as most requests
      if (!sent.length) throw new Error(`${page} was read without a large table`);
      for (const { text, values } of sent) found.push({ page, tenantId: tenants![who], personId: OWNER, text, values });
    }
    return found;
  } finally {
    Object.assign(ConnectionPool.prototype, { read, query });
    await gateway.stop();
  }
}
