import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { billed, filterCurrency, priceCurrency } from '../../../src/domain/billing/currency.ts';
import { DIGITS, PUBLISHED, WITHDRAWN } from '../../../src/domain/billing/iso-4217.ts';

describe('M1: the currency of a new price', () => {
  test.each(['EUR', 'USD', 'CHE', 'CHW', 'UYW', 'XCG', 'ZWG', 'SLE', 'VED'])('%s is current', code => {
    expect([priceCurrency(code), filterCurrency(code)]).toEqual([code, code]);
  });

  test.each([
    ['HRK', '2023-01'],
    ['BGN', '2026-01'],
    ['ANG', '2025-03'],
    ['DEM', '2002-03'],
    ['ZWL', '2024-09'],
  ])('%s was withdrawn in %s: refused for a price, accepted by a filter', (code, month) => {
    expect(() => priceCurrency(code)).toThrow(`${code} was withdrawn in ${month}. Use a current currency.`);
    expect(filterCurrency(code)).toBe(code);
  });

  test.each(['XAU', 'XDR', 'XTS', 'XXX'])('%s has no smallest unit: refused for a price, accepted by a filter', code => {
    expect(() => priceCurrency(code)).toThrow(`${code} has no smallest unit`);
    expect(filterCurrency(code)).toBe(code);
  });

  test.each(['eur', 'EURO', 'E', '', 'QQQ', 'ＥＵＲ', 'toString', 'constructor', '__proto__'])('%j never was a code', code => {
    for (const check of [priceCurrency, filterCurrency])
      expect(() => check(code)).toThrow(
        `${JSON.stringify(code)} is not an ISO 4217 currency code such as EUR (list of ${PUBLISHED.current}).`,
      );
  });
});

test('M1: each code of the lists is current or withdrawn, and the digits are ISO’s, not those of Intl', () => {
  expect(Object.keys(WITHDRAWN).filter(code => code in DIGITS)).toEqual([]);
  for (const code of [...Object.keys(DIGITS), ...Object.keys(WITHDRAWN)]) expect(code).toMatch(/^[A-Z]{3}$/);
  const some = {
    EUR: 2,
    JPY: 0,
    KRW: 0,
    ISK: 0,
    UGX: 0,
    UYI: 0,
    KWD: 3,
    BHD: 3,
    IQD: 3,
    CLF: 4,
    UYW: 4,
    HUF: 2,
    AFN: 2,
    MGA: 2,
    XAU: null,
  };
  expect(DIGITS).toMatchObject(some);
});

describe('M1: a bill', () => {
  // biome-ignore format: a table is read by its columns
  test.each([
    ['0.004999', 'EUR', '0.00'],  ['0.005', 'EUR', '0.01'],   ['0.015', 'EUR', '0.02'],   ['1.995', 'EUR', '2.00'],
    ['12.5', 'EUR', '12.5'],      ['16.24', 'JPY', '16'],     ['16.5', 'JPY', '17'],      ['0.4', 'JPY', '0'],
    ['0.0005', 'KWD', '0.001'],   ['7', 'EUR', '7'],          ['99999999999999999999.999999', 'EUR', '100000000000000000000.00'],
    ['0.123456', 'CLF', '0.1235'], ['1.234', 'HRK', '1.234'], ['1.234567', 'XAU', '1.234567'],
  ])('rounds %s %s to %s', (amount, currency, expected) => {
    expect(billed({ amount, currency })).toEqual({ amount: expected, currency });
  });

  test('is off by at most half of the smallest unit, and never by a float', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 26n }), fc.constantFrom('EUR', 'JPY', 'KWD', 'UYW'), (millionths, currency) => {
        const text = millionths.toString().padStart(7, '0');
        const { amount } = billed({ amount: `${text.slice(0, -6)}.${text.slice(-6)}`, currency });
        const [whole = '', fraction = ''] = amount.split('.');
        const result = BigInt(whole + fraction.padEnd(6, '0'));
        const unit = 10n ** BigInt(6 - DIGITS[currency]!);
        expect([result % unit, (result - millionths) * 2n <= unit, (millionths - result) * 2n < unit]).toEqual([0n, true, true]);
      }),
    );
  });
});
