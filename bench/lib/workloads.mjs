import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { DOCUMENTS } from './documents.mjs';
import { documentId, PAGES, PERIOD, retrieval } from './partner.mjs';

const gateway = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

/** The position of each role among a tenant's members (sql/data.sql). */
const PLACES = ['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'];

/** Search texts: a topic, half of them with a country (sql/data.sql). */
const TOPICS = ['weather', 'shipping', 'retail', 'energy', 'traffic', 'satellite', 'payments', 'census', 'genomics', 'mobility'];
const COUNTRIES = ['Norway', 'Kenya', 'Japan', 'Brazil', 'Poland', 'Morocco', 'Canada'];

const KEYS = { only: ['ours', 'limit'], because: 'they have no API keys of a tenant' };

/**
 * The workloads: title, caller's role (or `key`, the tenant's API key), variables (of the n-th of
 * `variants` requests; `isKeyed` ones have a new idempotency key whenever they are sent), which
 * tenants have what it needs, and where not all servers have it, those that do and why the others
 * don't.
 */
export const WORKLOADS = {
  viewer: { as: 'owner', about: 'viewer, tenant, plan' },
  key: { as: 'key', about: 'viewer and tenant, by an API key', ...KEYS },
  page: {
    as: 'key',
    about: '10 pages of 100 usage records with their charges, by an API key',
    variables: (tenant, { cursors }, n = 1) => ({ ...PERIOD, after: cursors[tenant][n] ?? null }),
    variants: PAGES,
    isFor: (tenant, { cursors }) => cursors[tenant].length === PAGES,
    tenants: 200,
    ...KEYS,
  },
  audit: {
    as: 'owner',
    about: 'a page of 50 audit events by action, outcome and time',
    variables: () => ({ from: '2025-07-24T00:00:00.000Z' }),
    only: ['ours', 'limit'],
    because: 'nobody has written their filters',
  },
  document: {
    as: 'owner',
    about: 'the dashboard, as a trusted document by its id',
    byId: true,
    only: ['ours', 'limit'],
    because: 'their lists of documents are one for all tenants',
  },
  overview: { as: 'owner', about: 'tenant, plan, counts, 20 members with user, 20 datasets' },
  dashboard: { as: 'owner', about: 'tenant, plan, counts, 20 members with user, 20 datasets each with its last 3 earnings' },
  members: { as: 'owner', about: 'a page of 100 members, fields of different permissions', variables: () => ({ first: 100 }) },
  refused: { as: 'viewer', about: 'half of the fields of a viewer are refused, each with its reasons' },
  marketplace: {
    as: 'buyer_manager',
    about: 'a search over all published listings, 20 of them',
    variables: tenant => ({ search: `${TOPICS[tenant % TOPICS.length]}${tenant % 2 ? ` ${COUNTRIES[tenant % COUNTRIES.length]}` : ''}` }),
  },
  retrieve: {
    as: 'key',
    about: 'a paid retrieval with all its books, by an API key, each with an idempotency key',
    variables: (tenant, asking, n = 0, dialect) => retrieval(tenant, asking, n, dialect),
    variants: 5,
    isFor: (tenant, { objects }) => objects[tenant].length > 0,
    isKeyed: true,
    ...KEYS,
  },
  rename: { as: 'owner', about: 'a mutation with its audit event', variables: tenant => ({ name: `Tenant ${tenant} renamed` }) },
};

/** The person at a position of a tenant (sql/data.sql). */
export const personAt = (tenant, place, { people }) => {
  const number = (tenant * 25 + place) % people;
  return { number, subject: `person-${number}` };
};

/** A person who isn't a member of a tenant. */
export const strangerTo = (tenant, size) => personAt(tenant, size.members + 10, size);

/**
 * Why a server can't run a workload, in a sentence; null if it can. The gateway's operation must be
 * valid against the committed schema.
 */
export function lacks(workload, { name, dialect }) {
  const { only, because } = WORKLOADS[workload];
  if (only && !only.includes(name)) return because;
  const query = DOCUMENTS[workload]?.[dialect];
  if (!query) return 'nobody wrote one';
  if (dialect !== 'ours') return null;
  return validate(gateway, parse(query))[0]?.message ?? null;
}

/**
 * A request of any operation, by a person, in a tenant.
 *
 * @param asking makes a person's token, and has the tenants' ids.
 */
export const requestFor = async (query, { tenant, person, variables }, { tokenOf, tenantIds }) =>
  post({ query, variables }, { authorization: `Bearer ${await tokenOf(person)}`, 'x-tenant-id': tenantIds[tenant] });

const post = (body, credentials) => ({
  method: 'POST',
  path: '/graphql',
  headers: { 'content-type': 'application/json', accept: 'application/json', ...credentials },
  body: JSON.stringify(body),
});

/** The same request with a new idempotency key. */
const keyed = sent => ({ ...sent, variables: { ...sent.variables, key: randomUUID() } });

/**
 * A request of a workload, by its usual role or as another person, in its n-th variant; null if the
 * dialect lacks the operation.
 */
export async function requestOf(workload, dialect, { tenant, role, person, variables, n }, asking) {
  const query = DOCUMENTS[workload]?.[dialect];
  if (!query) return null;
  const { as, byId, isKeyed, variables: usual } = WORKLOADS[workload];
  const sent = {
    ...(byId ? { documentId: documentId(query) } : { query }),
    variables: variables ?? usual?.(tenant, asking, n, dialect) ?? {},
  };
  if (as === 'key') {
    const request = post(isKeyed ? keyed(sent) : sent, { authorization: `Bearer ${asking.keys[tenant]}` });
    return isKeyed ? { ...request, nextBody: () => JSON.stringify(keyed(sent)) } : request;
  }
  const caller = person ?? personAt(tenant, PLACES.indexOf(role ?? as), asking.size);
  return post(sent, { authorization: `Bearer ${await asking.tokenOf(caller)}`, 'x-tenant-id': asking.tenantIds[tenant] });
}

/** The active ones among so many tenants. A load uses them in turn. */
const activeTenants = count => Array.from({ length: count }, (_, tenant) => tenant).filter(tenant => tenant % 50 !== 49);

/** The requests of a load: each variant for each tenant. */
export function requestsOf(workload, dialect, asking) {
  const { variants = 1, tenants = 100, isFor = () => true } = WORKLOADS[workload];
  const able = activeTenants(tenants).filter(tenant => isFor(tenant, asking));
  const each = able.flatMap(tenant => Array.from({ length: variants }, (_, n) => ({ tenant, n })));
  return Promise.all(each.map(who => requestOf(workload, dialect, who, asking)));
}
