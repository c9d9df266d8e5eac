import { billed, filterCurrency, priceCurrency } from '../../domain/billing/currency.ts';
import { builder } from './builder.ts';

/** A price, charge or earning. Amounts of different currencies are never added. */
export type Money = { readonly amount: { toString(): string }; readonly currency: string };

const CURRENCY = 'The ISO 4217 code, such as `EUR`.';

/** The rule for amounts finer than a currency's smallest unit (docs/decisions/0038). */
const FINER =
  "It may be finer than the currency's smallest unit, with up to 6 decimals, because many small amounts add up. Only a total is rounded, when it is billed.";

export const MoneyType = builder.objectRef<Money>('Money').implement({
  description: `An amount in a currency. It is exact, never rounded, unless \`rounded\` was asked for. ${FINER}`,
  fields: t => ({
    amount: t.expose('amount', { type: 'Decimal', policy: 'public' }),
    currency: t.exposeString('currency', {
      policy: 'public',
      description: `${CURRENCY} In old records it may be one that has been withdrawn since.`,
    }),
  }),
});

export const MoneyInput = builder.inputType('MoneyInput', {
  description: 'An amount in a currency.',
  fields: t => ({
    amount: t.field({ type: 'Decimal', required: true, description: FINER }),
    currency: t.string({
      required: true,
      description: `${CURRENCY} A price takes a current one that has a smallest unit; a filter takes a withdrawn one, too.`,
    }),
  }),
});

type Input = { readonly amount: string; readonly currency: string };

/** Checks the currency of a new price. */
export const priceOf = ({ amount, currency }: Input): Input => ({ amount, currency: priceCurrency(currency) });

/** Checks the currency of a price to compare with. */
export const filterMoney = ({ amount, currency }: Input): Input => ({ amount, currency: filterCurrency(currency) });

/** Totals as they are, or as they are billed. */
export const totals = (sums: readonly Input[], rounded: boolean): Input[] => (rounded ? sums.map(billed) : [...sums]);

export const ROUNDED =
  "True: as on a bill, each total rounded once, half up, to its currency's smallest unit (`EUR` to 0.01, `JPY` to 1). Default: exact.";
