import type { Fault } from './fault.ts';

const FILE = 'src/domain/billing/currency.ts';
const TESTS = ['test/domain/billing'];
const BILLED = ['test/graphql/retrieval/billed'];
const LISTINGS = ['test/domain/listing'];

/** Faults of currencies and of totals as they are billed. */
// biome-ignore format: a table is read by its columns
export const MONEY_FAULTS: readonly Fault[] = [
  { file: FILE, find: ' && DIGITS[code] !== null', plant: '', tests: TESTS },
  { file: FILE, find: '  if (fault) throw badInput(fault);\n', plant: '', tests: [...TESTS, ...LISTINGS], short: true },
  { file: FILE, find: 'Object.hasOwn(WITHDRAWN, code) || Object.hasOwn(DIGITS, code) ?', plant: 'false ?', tests: TESTS },
  { file: FILE, find: "fraction.charAt(digits) >= '5'", plant: "fraction.charAt(digits) > '5'", tests: TESTS, short: true },
  { file: FILE, find: '(isUp ? 1n : 0n)', plant: '0n', tests: TESTS },
  { file: 'src/graphql/core/money.ts', find: 'currency: priceCurrency(currency)', plant: 'currency: filterCurrency(currency)', tests: LISTINGS },
  { file: 'src/graphql/core/money.ts', find: 'rounded ? sums.map(billed) : [...sums]', plant: '[...sums]', tests: BILLED },
  { file: 'src/domain/listing/publish.ts', find: 'if (fault) throw', plant: 'if (false) throw', tests: LISTINGS },
  { file: 'src/graphql/billing/earnings.ts', find: 'rounded === true', plant: 'false', tests: BILLED },
  { file: 'scripts/currencies/iso-4217.ts', find: '!digits.has(code) && ', plant: '', tests: ['test/scripts/currencies'] },
];
