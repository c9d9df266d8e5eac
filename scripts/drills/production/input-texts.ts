import blns from 'big-list-of-naughty-strings' with { type: 'json' };
import { drawn } from './random.ts';

const OWN: readonly string[] = [
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    'a\udc00b',
    '\ufeff',
    '\u202eabc',
    '\u200b',
    'e\u0301',
    '\u{1f468}\u200d\u{1f469}',
    '\uffff',
    '\u2028',
  ],
  ...[
    'a'.repeat(121),
    'a'.repeat(5_000),
    'a'.repeat(100_000),
    '\u0301'.repeat(2_000),
    '('.repeat(5_000),
    '%'.repeat(500),
    '\\'.repeat(500),
  ],
  ...[
    'null',
    'undefined',
    '__proto__',
    'constructor',
    'toString',
    '-1',
    '1e999',
    'NaN',
    '9'.repeat(400),
    '00000000-0000-0000-0000-000000000000',
  ],
  ...['"', "'", '`', '$1', '$\u007b1}', '{{1}}', ';', '--', '/*', '*/', '\r\n', '\t', '=1+1', '@x', '#', '&', '<x>', '[', '|'],
  ...['Tenant', 'Tenant:', ':', '::::', 'Dataset:x:y'].map(text => Buffer.from(text).toString('base64url')),
];

/** The n-th text: of the lists first, then one that is made of parts of them. */
const TEXTS: readonly string[] = [...OWN, ...(blns as readonly string[])];
export const textAt = (number: number): string =>
  TEXTS[number] ??
  [1, 2, 3]
    .map(part => TEXTS[Math.floor(drawn(number, part) * TEXTS.length)]!.slice(0, Math.floor(drawn(number, part, 'length') * 80)))
    .join('');
