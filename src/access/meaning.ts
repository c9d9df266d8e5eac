import type { Role, TenantStatus } from './vocabulary.ts';

/** What each role is for (SPEC R3). */
export const ROLE_MEANING: Readonly<Record<Role, string>> = {
  owner: 'Everything, with ownership transfer and deletion. A tenant has exactly one.',
  admin: "Operational control over all the tenant's resources, without transfer and deletion.",
  seller_manager: 'Dataset listings, pricing and provider analytics.',
  buyer_manager: 'Entitlements, API keys and usage monitoring.',
  operator: 'Day-to-day monitoring: health, counts, statuses and usage totals. No people, money or prices.',
  viewer: "Reads the tenant's resources and dashboards, and writes nothing.",
};

/** What each status means for a tenant's members (SPEC S1 to S4). */
export const STATUS_MEANING: Readonly<Record<TenantStatus, string>> = {
  active: 'Everything works.',
  suspended: 'Data is kept and members read; writes are refused, but those that resolve it or leave.',
  pending_deletion: 'A grace period: members read and export, the owner can cancel, nothing else is written.',
  deleted: 'Gone for good.',
};
