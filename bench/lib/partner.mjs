import { createHash } from 'node:crypto';
import { DOCUMENTS } from './documents.mjs';

/** The period whose usage is paged through: it contains all of sql/data.sql. */
export const PERIOD = { from: '2025-06-01T00:00:00.000Z', until: '2026-05-31T00:00:00.000Z' };

/** Rows of a page of usage, and pages that a partner reads one after the other. */
const PAGE = 100;
export const PAGES = 10;

/** The id by which a document is sent. */
export const documentId = text => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/**
 * The cursors after which each tenant's pages of usage begin, as text in base64url; null for the
 * first page. A tenant with less usage has fewer pages.
 */
async function cursorsOf({ admin }, tenantIds) {
  const { rows } = await admin.query(
    `SELECT tenant_id, array_agg(id::text ORDER BY n) AS ids FROM (
       SELECT tenant_id, id, row_number() OVER (PARTITION BY tenant_id ORDER BY id DESC) AS n FROM usage_record) u
     WHERE n % $1 = 0 AND n < $1 * $2 GROUP BY tenant_id`,
    [PAGE, PAGES],
  );
  const byTenant = new Map(rows.map(({ tenant_id, ids }) => [tenant_id, ids]));
  return tenantIds.map(id => [null, ...(byTenant.get(id) ?? []).map(text => Buffer.from(text).toString('base64url'))]);
}

/** Registers the workloads' trusted document in every tenant, in each dialect. */
async function register({ admin }) {
  const texts = Object.values(DOCUMENTS.document);
  await admin.query(
    `INSERT INTO trusted_document (tenant_id, id, app, version, hash, text)
     SELECT tenant_id, gen_random_uuid(), 'bench', '1', encode(sha256(convert_to(text, 'UTF8')), 'hex'), text
     FROM tenant, unnest($1::text[]) AS text`,
    [[...new Set(texts)]],
  );
  await admin.query('UPDATE tenant SET documents_revision = documents_revision + 1');
}

/** Some objects that each tenant may retrieve, of providers that sell. */
async function objectsOf({ admin }, tenantIds) {
  const { rows } = await admin.query(
    `SELECT e.tenant_id, e.id AS entitlement, o.id AS object FROM (
       SELECT *, row_number() OVER (PARTITION BY tenant_id ORDER BY id) AS n FROM entitlement WHERE ended_at IS NULL) e
     JOIN listing l ON l.id = e.listing_id JOIN tenant t ON t.tenant_id = l.tenant_id AND t.status = 'active'
     JOIN data_object o ON o.tenant_id = l.tenant_id AND o.dataset_id = l.dataset_id WHERE e.n <= 40 ORDER BY e.id`,
  );
  const byTenant = Map.groupBy(rows, ({ tenant_id }) => tenant_id);
  return tenantIds.map(id => byTenant.get(id) ?? []);
}

const globalId = (type, ...ids) => Buffer.from(`${type}:${ids.join(':')}`).toString('base64url');

/** The ids of the n-th object that a tenant may retrieve, as a dialect has them. */
export function retrieval(tenant, { objects, tenantIds }, n, dialect) {
  const { entitlement, object } = objects[tenant][n % objects[tenant].length];
  if (dialect !== 'ours') return { entitlementId: entitlement, objectId: object };
  const tenantId = tenantIds[tenant];
  return {
    entitlementId: globalId('Entitlement', tenantId, entitlement),
    objectId: globalId('EntitledObject', tenantId, entitlement, object),
  };
}

/** What the partners' workloads send, by the tenant's number. */
export async function preparePartners(database, tenantIds) {
  await register(database);
  return { cursors: await cursorsOf(database, tenantIds), objects: await objectsOf(database, tenantIds) };
}
