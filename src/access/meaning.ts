import type { Role, TenantStatus } from './vocabulary.ts';

/** What each role is for (SPEC R3). */
export const ROLE_MEANING: Readonly<Record<Role, string>> = {
  owner: 'Everything, including ownership transfer and deletion. A tenant has exactly one owner.',
  admin: "Full control of the tenant's resources, except ownership transfer and deletion.",
  seller_manager: 'Dataset listings, pricing and provider analytics.',
  buyer_manager: 'Entitlements, API keys and usage monitoring.',
  operator: 'Day-to-day monitoring: health, counts, statuses and usage totals. No people, money or prices.',
  viewer: "Reads the tenant's resources and dashboards; changes nothing.",
};

/** What each status means for a tenant's members (SPEC S1 to S4). */
export const STATUS_MEANING: Readonly<Record<TenantStatus, string>> = {
  active: 'Everything works.',
  suspended: 'Members can read. Writes are refused, except to resolve the suspension, leave, or request deletion.',
  pending_deletion: 'Grace period: members can read and export, and the owner can cancel. Other writes are refused.',
  deleted: 'Final: the tenant no longer exists for its members.',
};
