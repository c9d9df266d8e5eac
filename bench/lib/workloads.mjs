import { DOCUMENTS } from './documents.mjs';

/** The place of each role among a tenant's members (sql/data.sql). */
const PLACES = ['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'];

/** What is asked, by whom, and what it is about. */
export const WORKLOADS = {
  viewer: { as: 'owner', about: 'who am I, tenant, plan' },
  dashboard: { as: 'owner', about: 'tenant, plan, counts, 20 members with user, 20 datasets each with its last 3 earnings' },
  members: { as: 'owner', about: 'a page of 100 members, fields of different permissions' },
  refused: { as: 'viewer', about: 'a viewer asks; half of the fields are refused, each with its reasons' },
  marketplace: { as: 'buyer_manager', about: 'a search over all published listings, 20 of them' },
  rename: { as: 'owner', about: 'a mutation with its audit event', variables: tenant => ({ name: `Tenant ${tenant} renamed` }) },
};

/** The person at a place of a tenant, as the data has them. */
export const personAt = (tenant, place, { people }) => {
  const number = (tenant * 25 + place) % people;
  return { number, subject: `person-${number}` };
};

/** Somebody who is no member of a tenant. */
export const strangerTo = (tenant, size) => personAt(tenant, size.members + 10, size);

/**
 * Makes a request of a workload, as anybody, in any tenant.
 *
 * @param tokenOf signs a token for a person's number.
 */
export async function requestOf(workload, dialect, { tenant, role, person, variables }, { tokenOf, tenantIds, size }) {
  const query = DOCUMENTS[workload]?.[dialect];
  if (!query) return null;
  const { as, variables: usual } = WORKLOADS[workload];
  const asker = person ?? personAt(tenant, PLACES.indexOf(role ?? as), size);
  return {
    method: 'POST',
    path: '/graphql',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${await tokenOf(asker)}`,
      'x-tenant-id': tenantIds[tenant],
    },
    body: JSON.stringify({ query, variables: variables ?? usual?.(tenant) ?? {} }),
  };
}
