const PAGE = `query Page($from: DateTime!, $until: DateTime!, $after: String) {
  tenant {
    usage(from: $from, until: $until) {
      records(first: 100, after: $after) {
        edges { node { id objectName size at charge { amount { amount currency } } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`;

const AUDIT = `query Audit($from: DateTime!) {
  tenant {
    auditEvents(first: 50, filter: { action: [DATASET_UPDATE, LISTING_UPDATE], outcome: DONE, from: $from }) {
      edges { node { id sequence at action actorName targetType targetId before after requestId } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

const RETRIEVE = `mutation Retrieve($entitlementId: ID!, $objectId: ID!, $key: String!) {
  retrieveObject(input: { entitlementId: $entitlementId, objectId: $objectId, idempotencyKey: $key }) {
    retrieval { usageRecordId name size sha256 mediaType charge { amount currency } downloadLink expiresAt }
  }
}`;

/**
 * The operations of each workload, in three dialects: the gateway's own schema; `plain`, the
 * hand-written schema of the peers (servers/common/schema.mjs), which the limit answers too; and
 * the schema that PostGraphile generates from the tables. The names differ, the content doesn't.
 */
export const DOCUMENTS = {
  viewer: {
    ours: `query Viewer {
      viewer { name email membership { roles } }
      tenant { tenantId slug name status plan { code name } }
    }`,
    plain: `query Viewer {
      viewer { name email membership { roles } }
      tenant { tenantId slug name status plan { code name } }
    }`,
    postgraphile: `query Viewer {
      standing: currentStanding { name email roles tenant { tenantId slug name status plan: planByPlanCode { code name } } }
    }`,
  },
  key: {
    ours: `query Key { viewer { name principal permissions } tenant { tenantId slug name status } }`,
    plain: `query Key { viewer { name principal permissions } tenant { tenantId slug name status } }`,
  },
  page: { ours: PAGE, plain: PAGE },
  retrieve: { ours: RETRIEVE, plain: RETRIEVE },
  audit: { ours: AUDIT, plain: AUDIT },
  overview: {
    ours: `query Overview {
      tenant {
        name status memberCount datasetCount
        plan { code name memberLimit datasetLimit }
        memberships(first: 20) { edges { node { id roles joinedAt user { name email } } } }
        datasets(first: 20) { edges { node { id name createdAt } } }
      }
    }`,
    plain: `query Overview {
      tenant {
        name status memberCount datasetCount
        plan { code name memberLimit datasetLimit }
        memberships(first: 20) { id roles joinedAt user { name email } }
        datasets(first: 20) { id name createdAt }
      }
    }`,
    postgraphile: `query Overview {
      standing: currentStanding {
        tenant {
          name status
          memberCount: membershipsByTenantId { totalCount }
          datasetCount: datasetsByTenantId { totalCount }
          plan: planByPlanCode { code name memberLimit datasetLimit }
          memberships: membershipsByTenantIdList(first: 20, orderBy: ROW_ID_ASC) { id: rowId roles joinedAt: createdAt user: personByPersonId { name email } }
          datasets: datasetsByTenantIdList(first: 20, orderBy: ROW_ID_ASC) { id: rowId name createdAt }
        }
      }
    }`,
  },
  dashboard: {
    ours: `query Dashboard {
      tenant {
        name status memberCount datasetCount
        plan { code name memberLimit datasetLimit }
        memberships(first: 20) { edges { node { id roles joinedAt user { name email } } } }
        datasets(first: 20) { edges { node { id name createdAt earnings(first: 3) { edges { node { amount { amount currency } at } } } } } }
      }
    }`,
    plain: `query Dashboard {
      tenant {
        name status memberCount datasetCount
        plan { code name memberLimit datasetLimit }
        memberships(first: 20) { id roles joinedAt user { name email } }
        datasets(first: 20) { id name createdAt earnings(first: 3) { amount currency at } }
      }
    }`,
    postgraphile: `query Dashboard {
      standing: currentStanding {
        tenant {
          name status
          memberCount: membershipsByTenantId { totalCount }
          datasetCount: datasetsByTenantId { totalCount }
          plan: planByPlanCode { code name memberLimit datasetLimit }
          memberships: membershipsByTenantIdList(first: 20, orderBy: ROW_ID_ASC) { id: rowId roles joinedAt: createdAt user: personByPersonId { name email } }
          datasets: datasetsByTenantIdList(first: 20, orderBy: ROW_ID_ASC) {
            id: rowId name createdAt
            earnings: earningsList(first: 3, orderBy: AT_DESC) { amount currency at }
          }
        }
      }
    }`,
  },
  members: {
    ours: `query Members($first: Int!) {
      tenant { tenantId memberships(first: $first) { edges { node { id roles joinedAt user { name email } } } } }
    }`,
    plain: `query Members($first: Int!) {
      tenant { tenantId memberships(first: $first) { id roles joinedAt user { name email } } }
    }`,
    postgraphile: `query Members($first: Int!) {
      standing: currentStanding {
        tenant {
          tenantId
          memberships: membershipsByTenantIdList(first: $first, orderBy: ROW_ID_ASC) { id: rowId roles joinedAt: createdAt user: personByPersonId { name email } }
        }
      }
    }`,
  },
  refused: {
    ours: `query Refused {
      tenant { name billingEmail memberships(first: 50) { edges { node { user { name email } } } } }
    }`,
    plain: `query Refused {
      tenant { name billingEmail memberships(first: 50) { user { name email } } }
    }`,
    postgraphile: `query Refused {
      standing: currentStanding {
        tenant { name billingEmail memberships: membershipsByTenantIdList(first: 50, orderBy: ROW_ID_ASC) { user: personByPersonId { name email } } }
      }
    }`,
  },
  marketplace: {
    ours: `query Marketplace($search: String!) {
      marketplace { search(query: $search, first: 20) { edges { node { id title summary tags price { amount currency } provider } } } }
    }`,
    plain: `query Marketplace($search: String!) {
      marketplace(search: $search, first: 20) { id title summary tags price currency provider }
    }`,
    postgraphile: `query Marketplace($search: String!) {
      marketplace: marketplaceList(search: $search, size: 20) { id title summary tags price currency provider }
    }`,
  },
  rename: {
    ours: `mutation Rename($name: String!) { renameTenant(input: { name: $name }) { tenant { name } } }`,
    plain: `mutation Rename($name: String!) { renameTenant(name: $name) { tenant { name } } }`,
    postgraphile: `mutation Rename($name: String!) { renameTenant(input: { name: $name }) { tenant: result { name } } }`,
  },
};

/** The dashboard, sent by its hash. */
DOCUMENTS.document = { ours: DOCUMENTS.dashboard.ours, plain: DOCUMENTS.dashboard.plain };

/** The fields that each level adds to a growing operation. The limit answers none of these. */
const LEVELS = {
  ours: [
    'name',
    'plan { name }',
    'memberships(first: 20) { edges { node { id } } }',
    'memberships(first: 20) { edges { node { id user { name } } } }',
  ],
  plain: ['name', 'plan { name }', 'memberships(first: 20) { id }', 'memberships(first: 20) { id user { name } }'],
  postgraphile: [
    ...['name', 'planByPlanCode { name }', 'membershipsByTenantIdList(first: 20, orderBy: ROW_ID_ASC) { rowId }'],
    'membershipsByTenantIdList(first: 20, orderBy: ROW_ID_ASC) { rowId personByPersonId { name } }',
  ],
};

/** An operation of so many levels. */
export const deep = (dialect, levels) => {
  const tenant = `tenant { ${LEVELS[dialect].slice(0, levels).join(' ')} }`;
  return dialect === 'postgraphile' ? `{ standing: currentStanding { ${tenant} } }` : `{ ${tenant} }`;
};
