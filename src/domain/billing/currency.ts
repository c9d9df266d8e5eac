import { badInput } from '../core/errors.ts';
import { DIGITS, PUBLISHED, WITHDRAWN } from './iso-4217.ts';

/** Whether new prices may be in a currency: it is current and has a smallest unit to bill. */
const isBillable = (code: string): boolean => Object.hasOwn(DIGITS, code) && DIGITS[code] !== null;

/** Why a currency can't be billed, or null. Records of the past keep such currencies. */
export function currencyFault(code: string): string | null {
  if (isBillable(code)) return null;
  if (Object.hasOwn(WITHDRAWN, code)) return `${code} was withdrawn in ${WITHDRAWN[code]}. Use a current currency.`;
  if (Object.hasOwn(DIGITS, code)) return `${code} has no smallest unit in which it could be billed. Use another currency.`;
  return `${JSON.stringify(code)} is not an ISO 4217 currency code such as EUR (list of ${PUBLISHED.current}).`;
}

/**
 * Checks the currency of a new price.
 *
 * @throws {GatewayError} BAD_USER_INPUT for one that isn't current, or has no smallest unit.
 */
export function priceCurrency(code: string): string {
  const fault = currencyFault(code);
  if (fault) throw badInput(fault);
  return code;
}

/**
 * Checks the currency of a filter, which may be a withdrawn one: it reads old prices.
 *
 * @throws {GatewayError} BAD_USER_INPUT for a text that never was a code.
 */
export const filterCurrency = (code: string): string =>
  Object.hasOwn(WITHDRAWN, code) || Object.hasOwn(DIGITS, code) ? code : priceCurrency(code);

/** An amount as a decimal text without sign, and its currency. */
type Amount = { readonly amount: string; readonly currency: string };

/**
 * A total as it is billed: rounded once, half up, to the currency's smallest unit. Prices and
 * single charges stay exact, so that many small ones add up. A total in a currency without a
 * smallest unit, or in a withdrawn one, stays as it is.
 */
export function billed({ amount, currency }: Amount): Amount {
  const digits = Object.hasOwn(DIGITS, currency) ? DIGITS[currency]! : null;
  const [whole = '', fraction = ''] = amount.split('.');
  if (digits === null || fraction.length <= digits) return { amount, currency };
  const isUp = fraction.charAt(digits) >= '5';
  const units = (BigInt(whole + fraction.slice(0, digits)) + (isUp ? 1n : 0n)).toString().padStart(digits + 1, '0');
  const point = units.length - digits;
  return { amount: digits ? `${units.slice(0, point)}.${units.slice(point)}` : units, currency };
}
