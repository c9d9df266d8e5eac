/** A dataset that one tenant of the demo buys from another, and how often it retrieves a file. */
export type Purchase = {
  /** The buyer's slug. */
  readonly buyer: string;
  /** The seller's slug and the name of its published dataset. */
  readonly seller: string;
  readonly dataset: string;
  /** Days between two retrievals. */
  readonly everyDays: number;
  /** The name of the API key that retrieves; null if a person does. */
  readonly key: string | null;
};

/** An API key of the demo. Its secret is discarded. */
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

/** The age of the demo's tenants in days: more than a billing cycle, so that a past one exists. */
export const DAYS_OPEN = 45;
