import { createHash } from 'node:crypto';
import { uuidv7 as uuid } from 'uuidv7';
import type { fixtures, Tenant, TestDatabase } from './database.ts';

type Owner = Pick<Tenant, 'id'>;

/** The columns of an inserted listing. */
export type ListingRow = {
  readonly status?: 'draft' | 'published' | 'withdrawn';
  readonly title?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly price?: string;
  readonly currency?: string;
  readonly publishedAt?: Date;
  /** Default: a new dataset. */
  readonly datasetId?: string;
};

/** Inserts rows of sellers and buyers as a superuser; see {@link fixtures}. */
export const marketFixtures = (database: Pick<TestDatabase, 'sql'>) => {
  const sql: TestDatabase['sql'] = (text, values) => database.sql(text, values);
  const dataset = async (tenant: Owner, { name = 'A dataset', description = '' } = {}): Promise<{ id: string }> => {
    const id = uuid();
    await sql('INSERT INTO dataset (tenant_id, id, name, description) VALUES ($1, $2, $3, $4)', [tenant.id, id, name, description]);
    return { id };
  };

  return {
    dataset,

    /** Switches selling and buying of a tenant on or off. */
    setSides: (tenant: Owner, { sells, buys }: { sells?: boolean; buys?: boolean }) =>
      sql('UPDATE tenant SET sells = coalesce($2, sells), buys = coalesce($3, buys) WHERE tenant_id = $1', [tenant.id, sells, buys]),

    /** Inserts an object whose bytes are not in the store. */
    async object(
      tenant: Owner,
      of: { readonly id: string },
      { name = 'data.csv', content = 'a,b\n1,2\n', mediaType = 'text/csv', stored = true } = {},
    ): Promise<{ id: string; sha256: Buffer }> {
      const id = uuid();
      const sha256 = createHash('sha256').update(content).digest();
      await sql(
        `INSERT INTO data_object (tenant_id, id, dataset_id, name, size, media_type, sha256, stored_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $8 THEN now() END)`,
        [tenant.id, id, of.id, name, Buffer.byteLength(content), mediaType, sha256, stored],
      );
      return { id, sha256 };
    },

    /** Inserts a listing, bound for the trigger that indexes it. */
    async listing(tenant: Owner, row: ListingRow = {}): Promise<{ id: string; datasetId: string }> {
      const { status = 'published', title = 'A listing', summary = '', tags = [], price = '1', currency = 'EUR' } = row;
      const publishedAt = status === 'draft' ? null : (row.publishedAt ?? new Date());
      const id = uuid();
      const datasetId = row.datasetId ?? (await dataset(tenant, { name: title })).id;
      await sql(
        `WITH bound AS (SELECT set_config('app.tenant_id', $1::text, true))
         INSERT INTO listing (tenant_id, id, dataset_id, status, title, summary, tags, price, currency, published_at)
         SELECT $1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7::text[], $8::numeric, $9, $10::timestamptz FROM bound`,
        [tenant.id, id, datasetId, status, title, summary, tags, price, currency, publishedAt],
      );
      return { id, datasetId };
    },

    /** Inserts an entitlement. Terms default to those of the listing. */
    async entitlement(
      buyer: Owner,
      listing: { readonly id: string },
      terms: { price?: string; currency?: string; title?: string; provider?: string; endedAt?: Date } = {},
    ): Promise<{ id: string }> {
      const id = uuid();
      await sql(
        `INSERT INTO entitlement (tenant_id, id, listing_id, title, provider, price, currency, ended_at)
         SELECT $1, $2, l.id, coalesce($4, l.title), coalesce($5, t.name), coalesce($6, l.price), coalesce($7, l.currency), $8
         FROM listing l JOIN tenant t USING (tenant_id) WHERE l.id = $3`,
        [buyer.id, id, listing.id, terms.title, terms.provider, terms.price, terms.currency, terms.endedAt],
      );
      return { id };
    },
  };
};
