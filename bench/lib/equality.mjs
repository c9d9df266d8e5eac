import { isDeepStrictEqual } from 'node:util';
import { contentOf } from './content.mjs';
import { askOnce } from './servers.mjs';
import { personAt, requestOf, strangerTo, WORKLOADS } from './workloads.mjs';

/**
 * The callers and tenants that are compared: each role in an active tenant, and some in other
 * tenants and in a suspended one.
 */
const samples = (workload, size) =>
  WORKLOADS[workload].as === 'key'
    ? [3, 77, 198, 49].map(tenant => ({ tenant }))
    : [
        ...['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'].map(role => ({ tenant: 3, role })),
        { tenant: 77, role: WORKLOADS[workload].as },
        { tenant: 198, role: WORKLOADS[workload].as },
        { tenant: 49, role: WORKLOADS[workload].as },
        { tenant: 3, person: strangerTo(3, size) },
      ];

/** Describes the first difference of two contents. */
export function difference(one, other, path = '') {
  if (isDeepStrictEqual(one, other)) return null;
  if (one && other && typeof one === 'object' && typeof other === 'object') {
    for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const found = difference(one[key], other[key], `${path}.${key}`);
      if (found) return found;
    }
  }
  return `${path || '.'}: ${JSON.stringify(one)?.slice(0, 300)} and ${JSON.stringify(other)?.slice(0, 300)}`;
}

/**
 * PostGraphile filters the rows of a refused list in SQL, as row-level security does, so the list
 * is empty. Where the other servers refuse that list, an empty list counts as equal.
 */
function withEmptyListsRefused(content, expected, { dialect }) {
  if (dialect !== 'postgraphile' || !content.data) return content;
  const isEmpty = list => Array.isArray(list) && list.length === 0;
  if (expected.refused === 'TENANT_NOT_FOUND') return isEmpty(content.data.marketplace) ? expected : content;
  const data = structuredClone(content.data);
  const missing = expected.refused.filter(({ path }) => {
    const [name, ...around] = path.split('.').reverse();
    const parent = around.length ? data[around[0]] : data;
    if (around.length > 1 || !isEmpty(parent?.[name])) return false;
    parent[name] = null;
    return true;
  });
  return { data, refused: [...content.refused, ...missing].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** A server's response to a request, normalized. */
const contentFrom = async (server, workload, who, asking) =>
  contentOf((await askOnce(server, await requestOf(workload, server.dialect, who, asking))).answer);

/**
 * Sends every server the same requests, for a sample of tenants and people, and compares the
 * contents with those of one server that refuses in full.
 *
 * @returns the differences, in sentences; none when all agree.
 */
export async function compare(servers, workload, asking) {
  const faults = [];
  const base = servers.find(({ dialect }) => dialect !== 'postgraphile') ?? servers[0];
  const others = servers.filter(server => server !== base);
  for (const who of samples(workload, asking.size)) {
    const label = `${workload} of tenant ${who.tenant} as ${who.role ?? (who.person ? 'a stranger' : 'its key')}`;
    const expected = await contentFrom(base, workload, who, asking);
    if (expected.data === null && !expected.refused.length) faults.push(`${label}: ${base.title} answers nothing`);
    for (const server of others) {
      const content = withEmptyListsRefused(await contentFrom(server, workload, who, asking), expected, server);
      const found = difference(expected, content);
      if (found) faults.push(`${label}: ${base.title} and ${server.title} differ at ${found}`);
    }
  }
  return faults;
}

const refusedCode = ({ refused }, path) => (typeof refused === 'string' ? refused : refused.find(entry => entry.path === path)?.code);

/**
 * Changes roles, statuses and memberships in the database and sends every server a request right
 * after each change: its response must show the change (SPEC R7, S5).
 *
 * @param servers all servers; `searchers` are those of them that have the search.
 * @returns the number of requests, and the stale responses, in sentences.
 */
export async function staleAnswers({ servers, searchers }, { admin }, asking, times) {
  const tenant = 5;
  const tenantId = asking.tenantIds[tenant];
  const adminOf = { tenant, role: 'admin' };
  const personId = (await admin.query('SELECT id FROM person WHERE subject = $1', [personAt(tenant, 1, asking.size).subject])).rows[0].id;
  const faults = [];
  let asked = 0;
  const expect = async (workload, path, code, when) => {
    for (const server of servers) {
      const content = await contentFrom(server, workload, adminOf, asking);
      asked++;
      if (refusedCode(content, path) !== code)
        faults.push(`${server.title}: ${workload} ${when} answered ${JSON.stringify(content).slice(0, 300)}`);
    }
  };
  const found = async (count, when) => {
    for (const server of searchers) {
      const content = await contentFrom(
        server,
        'marketplace',
        { ...adminOf, tenant: 6, variables: { search: `"part ${tenant * asking.size.datasets}"` } },
        asking,
      );
      asked++;
      if (content.data?.marketplace?.length !== count)
        faults.push(`${server.title}: search ${when} answered ${JSON.stringify(content).slice(0, 300)}`);
    }
  };
  const roles = names =>
    admin.query('UPDATE membership SET roles = $3 WHERE tenant_id = $1 AND person_id = $2', [tenantId, personId, names]);
  const status = (name, reason) =>
    admin.query('UPDATE tenant SET status = $2, status_reason = $3 WHERE tenant_id = $1', [tenantId, name, reason]);
  for (let time = 0; time < times; time++) {
    await status('suspended', 'Unpaid');
    await expect('rename', 'renameTenant', 'TENANT_STATUS', 'of a tenant that was just suspended');
    await found(0, 'for what a provider who was just suspended sells');
    await status('active', null);
    await expect('rename', 'renameTenant', undefined, 'of a tenant that was just resumed');
    await found(1, 'for what a provider who was just resumed sells');
    await roles(['viewer']);
    await expect('refused', 'tenant.billingEmail', 'FORBIDDEN', 'by somebody who has just lost the role');
    await roles(['admin']);
    await expect('refused', 'tenant.billingEmail', undefined, 'by somebody who has just got the role');
    const { rows } = await admin.query('DELETE FROM membership WHERE tenant_id = $1 AND person_id = $2 RETURNING id, created_at', [
      tenantId,
      personId,
    ]);
    await expect('viewer', '', 'TENANT_NOT_FOUND', 'by somebody who was just removed');
    await admin.query('INSERT INTO membership (tenant_id, id, person_id, roles, created_at) VALUES ($1, $2, $3, $4, $5)', [
      ...[tenantId, rows[0].id, personId, ['admin'], rows[0].created_at],
    ]);
    await expect('viewer', '', undefined, 'by somebody who was just added');
  }
  return { asked, faults };
}
