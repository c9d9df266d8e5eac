import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { DOCUMENTS } from './documents.mjs';

const gateway = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

/** The position of each role among a tenant's members (sql/data.sql). */
const PLACES = ['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'];

/** Search texts: a topic, half of them with a country (sql/data.sql). */
const TOPICS = ['weather', 'shipping', 'retail', 'energy', 'traffic', 'satellite', 'payments', 'census', 'genomics', 'mobility'];
const COUNTRIES = ['Norway', 'Kenya', 'Japan', 'Brazil', 'Poland', 'Morocco', 'Canada'];

/** The workloads: title, caller's role, variables. */
export const WORKLOADS = {
  viewer: { as: 'owner', about: 'viewer, tenant, plan' },
  overview: { as: 'owner', about: 'tenant, plan, counts, 20 members with user, 20 datasets' },
  dashboard: { as: 'owner', about: 'tenant, plan, counts, 20 members with user, 20 datasets each with its last 3 earnings' },
  members: { as: 'owner', about: 'a page of 100 members, fields of different permissions', variables: () => ({ first: 100 }) },
  refused: { as: 'viewer', about: 'half of the fields of a viewer are refused, each with its reasons' },
  marketplace: {
    as: 'buyer_manager',
    about: 'a search over all published listings, 20 of them',
    variables: tenant => ({ search: `${TOPICS[tenant % TOPICS.length]}${tenant % 2 ? ` ${COUNTRIES[tenant % COUNTRIES.length]}` : ''}` }),
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
 * Why a dialect can't run a workload, in a sentence; null if it can. The gateway's operation must
 * be valid against the committed schema.
 */
export function lacks(workload, dialect) {
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
export const requestFor = async (query, { tenant, person, variables }, { tokenOf, tenantIds }) => ({
  method: 'POST',
  path: '/graphql',
  headers: {
    'content-type': 'application/json',
    accept: 'application/json',
    authorization: `Bearer ${await tokenOf(person)}`,
    'x-tenant-id': tenantIds[tenant],
  },
  body: JSON.stringify({ query, variables }),
});

/**
 * A request of a workload, by its usual role or as another person; null if the dialect lacks the
 * operation.
 */
export async function requestOf(workload, dialect, { tenant, role, person, variables }, asking) {
  const query = DOCUMENTS[workload]?.[dialect];
  if (!query) return null;
  const { as, variables: usual } = WORKLOADS[workload];
  const caller = person ?? personAt(tenant, PLACES.indexOf(role ?? as), asking.size);
  return requestFor(query, { tenant, person: caller, variables: variables ?? usual?.(tenant) ?? {} }, asking);
}

/** The active tenants among the first hundred. A load uses them in turn. */
const ACTIVE_TENANTS = Array.from({ length: 100 }, (_, tenant) => tenant).filter(tenant => tenant % 50 !== 49);

/** One request for each loaded tenant. */
export const requestsOf = (workload, dialect, asking) =>
  Promise.all(ACTIVE_TENANTS.map(tenant => requestOf(workload, dialect, { tenant }, asking)));
