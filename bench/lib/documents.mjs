/**
 * The operations of each workload, in three dialects: the gateway's own schema; `plain`, the hand-written schema of the peers (servers/common/schema.mjs),
 * which the limit answers too; and what PostGraphile makes of the tables. Other names, the same content.
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
  dashboard: {
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
    ours: `query Members {
      tenant { tenantId memberships(first: 100) { edges { node { id roles joinedAt user { name email } } } } }
    }`,
    plain: `query Members {
      tenant { tenantId memberships(first: 100) { id roles joinedAt user { name email } } }
    }`,
    postgraphile: `query Members {
      standing: currentStanding {
        tenant {
          tenantId
          memberships: membershipsByTenantIdList(first: 100, orderBy: ROW_ID_ASC) { id: rowId roles joinedAt: createdAt user: personByPersonId { name email } }
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
  rename: {
    ours: `mutation Rename($name: String!) { renameTenant(input: { name: $name }) { tenant { name } } }`,
    plain: `mutation Rename($name: String!) { renameTenant(name: $name) { tenant { name } } }`,
    postgraphile: `mutation Rename($name: String!) { renameTenant(input: { name: $name }) { tenant: result { name } } }`,
  },
};
