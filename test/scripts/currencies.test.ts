import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { currencyFile } from '../../scripts/currencies/iso-4217.ts';
import { DIGITS, PUBLISHED, WITHDRAWN } from '../../src/domain/billing/iso-4217.ts';

const list = (table: string, published: string, entries: string) =>
  `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<ISO_4217 Pblshd="${published}">\n\t<${table}>${entries}</${table}>\n</ISO_4217>`;
const entry = (code: string, digits: number | string) =>
  `\n<CcyNtry>\n<CtryNm>SOMEWHERE</CtryNm>\n<CcyNm IsFund="true">Money</CcyNm>\n<Ccy>${code}</Ccy>\n<CcyNbr>001</CcyNbr>\n<CcyMnrUnts>${digits}</CcyMnrUnts>\n</CcyNtry>`;
const past = (code: string, date: string) =>
  `<HstrcCcyNtry><CtryNm>x</CtryNm><CcyNm>y</CcyNm><Ccy>${code}</Ccy><WthdrwlDt>${date}</WthdrwlDt></HstrcCcyNtry>`;
const current = (entries: string) => list('CcyTbl', '2027-01-01', entries);
const historic = (entries: string) => list('HstrcCcyTbl', '2027-02-01', entries);
const [EURO, KUNA] = [entry('EUR', 2), past('HRK', '2023-01')];

describe('the currencies from ISO 4217’s lists', () => {
  test('are the current codes with their digits, and the withdrawn ones with their dates', () => {
    const nowhere = '<CcyNtry><CtryNm>ANTARCTICA</CtryNm><CcyNm>No universal currency</CcyNm></CcyNtry>';
    const file = currencyFile(
      current(`${entry('JPY', 0)}${EURO}${nowhere}${entry('XAU', 'N.A.')}${entry('EUR', 2)}`),
      historic(`${past('HRK', '2015-06')}${KUNA}${past('EUR', '2006-10')}${past('BGJ', '1989 to 1990')}${past('GNE', '1989-12')}`),
    );
    expect(file).toContain("PUBLISHED = { current: '2027-01-01', historic: '2027-02-01' }");
    expect(file).toContain('= {\n  EUR: 2, JPY: 0, XAU: null,\n};');
    expect(file).toContain("= {\n  BGJ: '1990', GNE: '1989-12', HRK: '2023-01',\n};");
  });

  test.each([
    ['a page of HTML', '<html></html>', historic(KUNA)],
    ['the lists in the wrong order', historic(KUNA), current(EURO)],
    ['an empty list', current(''), historic(KUNA)],
    ['a code of four letters', current(entry('EURO', 2)), historic(KUNA)],
    ['digits that are none', current(entry('EUR', 'many')), historic(KUNA)],
    ['no date of withdrawal', current(EURO), historic(past('HRK', 'soon'))],
  ])('%s is refused, and nothing is written', (_what, one, three) => {
    expect(() => currencyFile(one, three)).toThrow();
  });

  test('the committed file is what the script prints', () => {
    const file = currencyFile(
      list(
        'CcyTbl',
        PUBLISHED.current,
        Object.entries(DIGITS)
          .map(([code, digits]) => entry(code, digits ?? 'N.A.'))
          .join(''),
      ),
      list(
        'HstrcCcyTbl',
        PUBLISHED.historic,
        Object.entries(WITHDRAWN)
          .map(([code, date]) => past(code, date))
          .join(''),
      ),
    );
    expect(file).toBe(readFileSync(new URL('../../src/domain/billing/iso-4217.ts', import.meta.url), 'utf8'));
  });
});
