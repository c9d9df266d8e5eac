/**
 * What a tenant of the demo buys: the dataset of another, by its name, and how often it retrieves a
 * file of it.
 */
export type Purchase = {
  /** The buyer's slug. */
  readonly buyer: string;
  /** The seller's slug, and the name of its dataset, which is published. */
  readonly seller: string;
  readonly dataset: string;
  /** How many days lie between two retrievals. */
  readonly everyDays: number;
  /** The name of the API key that retrieves; null where people do. */
  readonly key: string | null;
};

/** An API key of the demo. Nobody has its secret: it is told once, to whoever makes a key. */
export type DemoKey = { readonly tenant: string; readonly name: string; readonly scopes: readonly string[]; readonly holder: string };

// biome-ignore format: a table is read by its columns
export const DEMO_KEYS: readonly DemoKey[] = [
  { tenant: 'fabrikam', name: 'Nightly import', scopes: ['entitlement:read', 'object:retrieve', 'usage:read'], holder: 'buyer_manager@fabrikam.example' },
];

// biome-ignore format: a table is read by its columns
export const PURCHASES: readonly Purchase[] = [
  { buyer: 'fabrikam',  seller: 'northwind', dataset: 'City weather, hourly', everyDays: 1,  key: 'Nightly import' },
  { buyer: 'fabrikam',  seller: 'northwind', dataset: 'Port calls',           everyDays: 7,  key: null },
  { buyer: 'fabrikam',  seller: 'adatum',    dataset: 'Charging stations',    everyDays: 10, key: null },
  { buyer: 'northwind', seller: 'adatum',    dataset: 'Footfall by street',   everyDays: 5,  key: null },
  { buyer: 'northwind', seller: 'adatum',    dataset: 'Charging stations',    everyDays: 9,  key: null },
];

/**
 * How many days the demo's tenants have been here: longer than a billing cycle, so that there is an
 * earlier one to look back at.
 */
export const DAYS_OPEN = 45;
