import { badInput } from '../../domain/core/errors.ts';
import { builder } from './builder.ts';

/** A price, charge or earning. Amounts of different currencies are never added. */
export type Money = { readonly amount: { toString(): string }; readonly currency: string };

export const MoneyType = builder.objectRef<Money>('Money').implement({
  description: 'An amount in a currency. It is exact, never rounded.',
  fields: t => ({
    amount: t.expose('amount', { type: 'Decimal', policy: 'public' }),
    currency: t.exposeString('currency', { policy: 'public', description: 'The ISO 4217 code, such as `EUR`.' }),
  }),
});

export const MoneyInput = builder.inputType('MoneyInput', {
  description: 'An amount in a currency.',
  fields: t => ({
    amount: t.field({ type: 'Decimal', required: true }),
    currency: t.string({ required: true, description: 'The ISO 4217 code, such as `EUR`.' }),
  }),
});

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** @throws {GatewayError} BAD_USER_INPUT if `currency` isn't an ISO 4217 code. */
export function currencyOf(currency: string): string {
  if (!CURRENCIES.has(currency)) throw badInput(`${JSON.stringify(currency)} is not an ISO 4217 currency code such as EUR.`);
  return currency;
}

/** Checks the currency of an input as {@link currencyOf} does. */
export const moneyOf = ({ amount, currency }: typeof MoneyInput.$inferInput): { readonly amount: string; readonly currency: string } => ({
  amount,
  currency: currencyOf(currency),
});
