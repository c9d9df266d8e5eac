import { createAddressOf } from './address.ts';
import { createBudgets } from './budgets.ts';
import { createCatalogue } from './catalogue.ts';
import type { BudgetOptions } from './request-budget.ts';

/** The settings of budgets. */
export type BudgetSettings = {
  /** Cost points a minute of a person, or of an address, without a tenant. */
  readonly withoutTenant: number;
  /** The addresses and networks of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
};

/** Opens the budgets of a process. Null: nobody has a limit. */
export const openBudget = (settings: BudgetSettings | null, now: () => number): BudgetOptions => ({
  budgets: createBudgets(now),
  catalogue: createCatalogue(now),
  withoutTenant: settings?.withoutTenant ?? null,
  addressOf: createAddressOf(settings?.trustedProxies ?? []),
});
