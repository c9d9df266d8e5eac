/**
 * The crossings: the only functions that read or write beyond the bound tenant (SPEC T5). Each is a
 * narrow SECURITY DEFINER function created by a migration; a test compares this list with the
 * database's catalogue. `callable`: the gateway's role may call it; the others are triggers.
 */
// biome-ignore format: a table is read by its columns
export const CROSSINGS = {
  crossing_memberships_of:     { callable: true,  reason: "A person's own memberships, which must be known before a tenant is bound." },
  crossing_register_person:    { callable: true,  reason: 'Sign-up and accepting an invitation: creates the row of a person who has no membership yet, or refreshes it from the verified token.' },
  crossing_refresh_person:     { callable: true,  reason: "Signing in: a known person's name and address become those of the verified token, whatever the tenant." },
  crossing_owned_free_tenants: { callable: true,  reason: 'Sign-up: the number of Free tenants that the bound person owns.' },
  crossing_due_tenants:        { callable: true,  reason: 'Jobs: the ids of the tenants in which something is due, each of which is then bound.' },
  crossing_audit_breaks:       { callable: true,  reason: "`audit:verify`: the number of each tenant's first broken link and its fault; no event." },
  crossing_audit_unfounded:    { callable: true,  reason: '`audit:verify`: the ids of tenants without the event of their founding.' },
  crossing_audit_size:         { callable: true,  reason: '`audit:verify`: the numbers of chains and links.' },
  crossing_audit_heads:        { callable: true,  reason: "`audit:verify --anchors`: the number and hash of each chain's last link; no event." },
  crossing_audit_lost:         { callable: true,  reason: '`audit:verify --anchors`: which of the given links are no longer in their chain.' },
  crossing_market_search:      { callable: true,  reason: 'The marketplace: the ids of a page of published listings of active tenants that sell.' },
  crossing_market_count:       { callable: true,  reason: 'The marketplace: the number of such listings in a search.' },
  crossing_market_tags:        { callable: true,  reason: 'The marketplace: the tags of such listings, with counts.' },
  crossing_market_listings:    { callable: true,  reason: "The marketplace: the text and price of such listings, and of the provider its display name alone." },
  crossing_messages:           { callable: true,  reason: 'Inviting: whether an address got as many messages as the limit, from all tenants, and since when the bound person sent as many; no tenant, no message.' },
  crossing_offer:              { callable: true,  reason: "Acquiring: the terms of a published listing and the provider's display name, under a lock on the provider." },
  crossing_availability:       { callable: true,  reason: "The bound tenant's entitlements: whether the provider sells, doesn't, or is deleted." },
  crossing_entitled_objects:   { callable: true,  reason: 'An open entitlement of the bound tenant: a page of its objects.' },
  crossing_entitled_object_count: { callable: true, reason: 'An open entitlement of the bound tenant: the number of its objects.' },
  crossing_retrieve:           { callable: true,  reason: "A retrieval: writes the bound tenant's usage record and charge, and the provider's earning; no request can write these tables." },
  crossing_retrieved:         { callable: true,  reason: "A new link to what the bound tenant retrieved: the object's key, name and media type, if its provider is available." },
  crossing_buyers:             { callable: true,  reason: 'Analytics: the number of buyers that the bound tenant earned from, counted by hashes that no request can read.' },
  crossing_dataset_buyers:     { callable: true,  reason: 'Analytics: the same for each of its datasets.' },
  crossing_billing_faults:     { callable: true,  reason: "`billing:verify`: the ids of retrievals whose charge and earning disagree, and the fault; no record." },
  crossing_billing_totals:     { callable: true,  reason: '`billing:verify`: the sums charged and earned in each currency.' },
  bury_tenant:                 { callable: true,  reason: 'Replaces the bound tenant by a tombstone when its grace period is over; no request can write tombstones.' },
  purge_rows:                  { callable: true,  reason: 'Removes a batch of rows of the bound, deleted tenant, audit events included, which no request can remove.' },
  assert_owner:                { callable: false, reason: "Trigger: checks at commit that a tenant that isn't deleted has an owner." },
  claim_slug:                  { callable: false, reason: 'Trigger: slugs are unique among all tenants, in a table that no request can read.' },
  chain_audit_event:           { callable: false, reason: "Trigger: an audit event is linked to its tenant's last, in a table that no request can touch." },
  refuse_buried_id:            { callable: false, reason: "Trigger: the id of a deleted tenant is never used again." },
  index_listing:               { callable: false, reason: 'Trigger: copies a published listing into the search index, which spans tenants and which only the search reads.' },
} as const;
