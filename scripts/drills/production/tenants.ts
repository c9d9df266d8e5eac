import { randomUUID } from 'node:crypto';
import type { ScriptDatabase } from '../../database.ts';
import type { Installation } from './installation.ts';

/** A tenant of a drill: it sells to itself as little as it can, and buys from `shop`. */
export type Tenant = {
  readonly id: string;
  /** A text that is in all that the tenant has, and nowhere else. */
  readonly mark: string;
  /** Its owner's token. */
  readonly token: string;
  readonly entitlement: string;
  readonly object: string;
};

const globalId = (...parts: readonly string[]) => Buffer.from(parts.join(':')).toString('base64url');

/**
 * Inserts a shop with one listing, and tenants that bought it, each with an owner of its own, a
 * dataset, and no limits: `ENTERPRISE` has no budget of cost points.
 */
export async function makeTenants(
  { sql }: Pick<ScriptDatabase, 'sql'>,
  installation: Installation,
  count: number,
): Promise<readonly Tenant[]> {
  const [shop, keeper, dataset, object, listing] = Array.from({ length: 5 }, () => randomUUID()) as [string, ...string[]];
  await sql(`
    BEGIN;
    SET LOCAL app.tenant_id = '${shop}';
    INSERT INTO person (id, issuer, subject, name) VALUES ('${keeper}', '${installation.issuer}', 'keeper', 'Keeper');
    INSERT INTO tenant (tenant_id, slug, name, plan_code, sells) VALUES ('${shop}', 'shop', 'Shop', 'ENTERPRISE', true);
    INSERT INTO contract (tenant_id) VALUES ('${shop}');
    INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ('${shop}', '${shop}', '${keeper}', '{owner}');
    INSERT INTO dataset (tenant_id, id, name) VALUES ('${shop}', '${dataset}', 'Rows');
    INSERT INTO data_object (tenant_id, id, dataset_id, name, size, media_type, sha256, stored_at)
      VALUES ('${shop}', '${object}', '${dataset}', 'rows.csv', 1, 'text/csv', sha256('x'), now());
    INSERT INTO listing (tenant_id, id, dataset_id, status, title, tags, price, currency, published_at)
      VALUES ('${shop}', '${listing}', '${dataset}', 'published', 'Rows', '{}', 0.1, 'EUR', now());
    COMMIT`);
  const tenants: Tenant[] = [];
  for (let number = 0; number < count; number += 1) {
    const [id, person, entitlement] = [randomUUID(), randomUUID(), randomUUID()];
    const mark = `mark-${id.slice(0, 13)}`;
    await sql(`
      BEGIN;
      SET LOCAL app.tenant_id = '${id}';
      INSERT INTO person (id, issuer, subject, name, email, email_verified)
        VALUES ('${person}', '${installation.issuer}', '${mark}', '${mark}', '${mark}@people.example', true);
      INSERT INTO tenant (tenant_id, slug, name, plan_code, buys) VALUES ('${id}', '${mark}', '${mark} 0', 'ENTERPRISE', true);
      INSERT INTO contract (tenant_id) VALUES ('${id}');
      INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ('${id}', '${id}', '${person}', '{owner}');
      INSERT INTO dataset (tenant_id, id, name) VALUES ('${id}', '${id}', '${mark} first');
      INSERT INTO entitlement (tenant_id, id, listing_id, title, provider, price, currency)
        VALUES ('${id}', '${entitlement}', '${listing}', '${mark}', 'Shop', 0.1, 'EUR');
      COMMIT`);
    tenants.push({
      ...{ id, mark, token: await installation.tokenOf(mark) },
      entitlement: globalId('Entitlement', id, entitlement),
      object: globalId('EntitledObject', id, entitlement, object!),
    });
  }
  return tenants;
}
