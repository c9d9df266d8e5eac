/**
 * The only ways past the bound tenant (SPEC T5). Each is a narrow function of the database,
 * SECURITY DEFINER, made by a migration; a test holds this list against the catalogue. `callable`:
 * the gateway's role may call it; the others are triggers.
 */
// biome-ignore format: a table is read by its columns
export const CROSSINGS = {
  crossing_memberships_of:     { callable: true,  reason: "A person's own memberships: which tenants somebody may choose from is known before any is bound." },
  crossing_register_person:    { callable: true,  reason: 'Sign-up and accepting an invitation: a person who is a member nowhere yet gets a row, or has it refreshed from the verified token.' },
  crossing_owned_free_tenants: { callable: true,  reason: 'Sign-up: how many Free tenants the bound person owns already; a count, of oneself.' },
  crossing_due_tenants:        { callable: true,  reason: 'Jobs: the ids of the tenants in which something is due, to bind one after the other.' },
  crossing_audit_breaks:       { callable: true,  reason: "`audit:verify`: the place of each tenant's first broken link, and what is wrong with it; no event." },
  crossing_audit_size:         { callable: true,  reason: '`audit:verify`: how many chains and links were looked at; two counts.' },
  crossing_audit_heads:        { callable: true,  reason: "`audit:verify --anchors`: each chain's last link, by its place and hash, to be kept elsewhere; no event." },
  crossing_audit_lost:         { callable: true,  reason: '`audit:verify --anchors`: which of the links that were kept are in no chain any more.' },
  crossing_market_search:      { callable: true,  reason: 'The marketplace: a page of published listings of active tenants that sell, by their ids.' },
  crossing_market_count:       { callable: true,  reason: 'The marketplace: how many such listings a search has; a count.' },
  crossing_market_tags:        { callable: true,  reason: 'The marketplace: the tags that such listings carry, with counts.' },
  crossing_market_listings:    { callable: true,  reason: "The marketplace: what such listings say, with the provider's display name, and nothing else of it." },
  crossing_offer:              { callable: true,  reason: "Acquiring: what a published listing offers, and the provider's display name, while the provider is held." },
  crossing_availability:       { callable: true,  reason: "The bound tenant's entitlements: whether the provider sells just now, doesn't, or is gone." },
  crossing_entitled_objects:   { callable: true,  reason: 'An open entitlement of the bound tenant: a page of the objects that it leads to.' },
  crossing_entitled_object_count: { callable: true, reason: 'An open entitlement of the bound tenant: how many objects it leads to; a count.' },
  crossing_retrieve:           { callable: true,  reason: "A retrieval: the bound tenant's usage record and charge, and the provider's earning, which no request can write." },
  crossing_buyers:             { callable: true,  reason: 'Analytics: how many buyers the bound tenant earned from; a count, of hashes that no request can read.' },
  crossing_dataset_buyers:     { callable: true,  reason: 'Analytics: the same for each of its datasets.' },
  crossing_billing_faults:     { callable: true,  reason: "`billing:verify`: the retrievals whose charge and earning don't agree, by id, and what is wrong; no record." },
  crossing_billing_totals:     { callable: true,  reason: '`billing:verify`: what was charged and earned in each currency; sums.' },
  bury_tenant:                 { callable: true,  reason: 'The bound tenant, when its grace period is over, gets its tombstone, which no request can write.' },
  purge_rows:                  { callable: true,  reason: 'The bound, deleted tenant loses a batch of rows, audit events too, which no request can remove.' },
  assert_owner:                { callable: false, reason: 'Trigger: a tenant that is not deleted has an owner when a transaction commits, whoever writes.' },
  claim_slug:                  { callable: false, reason: 'Trigger: slugs are unique among all tenants, in a table that no request can read.' },
  chain_audit_event:           { callable: false, reason: "Trigger: an audit event is linked to its tenant's last, in a table that no request can touch." },
  refuse_buried_id:            { callable: false, reason: "Trigger: the id of a deleted tenant is never used again." },
  index_listing:               { callable: false, reason: 'Trigger: what a published listing says stands in the one index that spans tenants, which only the search reads.' },
} as const;
