import { search } from './statements.mjs';

/** The statements of Mercurius's resolvers and loaders. `$1` is the tenant. */
export const READS = {
  plan: `SELECT code, name, member_limit AS "memberLimit", dataset_limit AS "datasetLimit" FROM plan WHERE code = $1`,
  memberCount: 'SELECT count(*)::int AS count FROM membership WHERE tenant_id = $1',
  datasetCount: 'SELECT count(*)::int AS count FROM dataset WHERE tenant_id = $1',
  memberships: `SELECT m.id, m.roles, m.created_at AS "joinedAt", u.name, u.email
    FROM membership m JOIN person u ON u.id = m.person_id WHERE m.tenant_id = $1 ORDER BY m.id LIMIT $2`,
  datasets: 'SELECT id, name, created_at AS "createdAt" FROM dataset WHERE tenant_id = $1 ORDER BY id LIMIT $2',
  marketplace: search('$1::text', '$2::int'),
  earnings: `SELECT d.id AS "datasetId", e.amount, e.currency, e.at FROM unnest($2::uuid[]) AS d (id)
    CROSS JOIN LATERAL (SELECT amount, currency, at FROM earning WHERE tenant_id = $1 AND dataset_id = d.id ORDER BY at DESC LIMIT $3) e`,
};
