import { badInput } from '../../domain/core/errors.ts';
import { builder } from './builder.ts';

/**
 * An amount and its currency: what every price, charge and earning is. Amounts of different
 * currencies are never added.
 */
export type Money = { readonly amount: { toString(): string }; readonly currency: string };

export const MoneyType = builder.objectRef<Money>('Money').implement({
  description: 'An amount and its currency. Exact: nothing is rounded.',
  fields: t => ({
    amount: t.expose('amount', { type: 'Decimal', policy: 'public' }),
    currency: t.exposeString('currency', { policy: 'public', description: 'ISO 4217, such as `EUR`.' }),
  }),
});

export const MoneyInput = builder.inputType('MoneyInput', {
  description: 'An amount and its currency.',
  fields: t => ({
    amount: t.field({ type: 'Decimal', required: true }),
    currency: t.string({ required: true, description: 'ISO 4217, such as `EUR`.' }),
  }),
});

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/**
 * A currency as it was typed.
 *
 * @throws {GatewayError} BAD_USER_INPUT for one that ISO 4217 doesn't have.
 */
export function currencyOf(currency: string): string {
  if (!CURRENCIES.has(currency)) throw badInput(`${JSON.stringify(currency)} is no currency of ISO 4217, such as EUR.`);
  return currency;
}

/** Money as it was typed: as {@link currencyOf}. */
export const moneyOf = ({ amount, currency }: typeof MoneyInput.$inferInput): { readonly amount: string; readonly currency: string } => ({
  amount,
  currency: currencyOf(currency),
});
