import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBlank, line, prose, searchText, TOKEN_NAME_LIMIT, tokenName } from '../../../src/domain/core/text.ts';

// biome-ignore format: a table is read by its columns
const INVISIBLE: readonly (readonly [string, string])[] = [
  ['nothing',                     ''],
  ['a no-break space',            '\u00a0'],
  ['an ideographic space',        '\u3000'],
  ['a zero width space',          '\u200b'],
  ['zero width joiners',          '\u200d\u200c'],
  ['a word joiner',               '\u2060'],
  ['direction marks',             '\u200e\u200f\u061c'],
  ['a byte order mark',           '\ufeff'],
  ['a soft hyphen',               '\u00ad'],
  ['a combining grapheme joiner', '\u034f'],
  ['Hangul fillers',              '\u3164\u115f\uffa0'],
  ['a Mongolian vowel separator', '\u180e'],
  ['variation selectors',         '\ufe0f\u{e0100}'],
  ['tag characters',              '\u{e0067}\u{e007f}'],
  ['an invisible operator',       '\u2063'],
  ['an annotation anchor',        '\ufff9'],
  ['a Braille blank',             '\u2800'],
  ['several, with spaces',        ' \u200b \u2800\u2060 '],
];

// biome-ignore format: a table is read by its columns
const FORBIDDEN: readonly (readonly [string, string])[] = [
  ['a NUL',                       'a\0b'],
  ['a bell',                      'a\u0007b'],
  ['an escape',                   'a\u001b[31mb'],
  ['a delete',                    'a\u007fb'],
  ['a C1 control',                'a\u009bb'],
  ['a right-to-left override',    'a\u202eb'],
  ['a left-to-right override',    'a\u202db'],
  ['an embedding',                'a\u202ab'],
  ['a pop without an embedding',  'a\u202cb'],
  ['an isolate',                  'a\u2067b'],
  ['a pop without an isolate',    'a\u2069b'],
  ['half a surrogate pair',       'a\ud83db'],
];

// biome-ignore format: a table is read by its columns
const WRITTEN: readonly (readonly [string, string])[] = [
  ['Persian with a joiner',       'می\u200cخواهم'],
  ['Hebrew with a direction mark', 'שלום\u200f!'],
  ['Arabic letter mark',          'قائمة\u061c 1'],
  ['Devanagari with a joiner',    'क्\u200dष'],
  ['a family emoji',              '👨\u200d👩\u200d👧'],
  ['a heart with its selector',   '❤\ufe0f'],
  ['a keycap',                    '1\ufe0f\u20e3'],
  ['the flag of England',         '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
  ['a combining mark on its own', '\u0301'],
];

describe('X1: a line', () => {
  test.each(INVISIBLE)('of %s is empty', (_what, text) => {
    expect(() => line(text, 'The name', 10)).toThrow('The name is empty.');
    expect(searchText(text, 'The query', 10)).toBeNull();
    expect(prose(text, 'The summary', 10)).toBe('');
    expect(tokenName([text])).toBeNull();
  });

  test.each(FORBIDDEN)('with %s is refused as input, and cleaned in a name from a token and in a search', (_what, text) => {
    expect(() => line(text, 'The name', 10)).toThrow('The name contains control characters or direction overrides. Remove them.');
    expect(() => prose(text, 'The summary', 10)).toThrow('The summary contains control characters');
    expect(tokenName([text])).toMatch(/^a .*b$/);
    expect(searchText(text, 'The query', 10)).toBe(tokenName([text]));
  });

  test.each(WRITTEN)('of %s is stored unchanged', (_what, text) => {
    expect(line(text, 'The name', 20)).toBe(text);
    expect(prose(text, 'The summary', 20)).toBe(text);
    expect(tokenName([text])).toBe(text);
  });

  test.each(['a\nb', 'a\tb', 'a\u2028b', 'a\u2029b', 'a\u0085b'])('accepts no line break: %j', text => {
    expect(() => line(text, 'The name', 10)).toThrow('contains control characters');
  });

  test('X1: line breaks of a text are stored as line feeds', () => {
    expect(prose(' a\r\nb\rc\u2028d\te\n', 'The summary', 20)).toBe('a\nb\nc\nd\te');
  });

  test('X1: the limit counts code points of the stored form', () => {
    expect(line('😀'.repeat(10), 'The name', 10)).toBe('😀'.repeat(10));
    expect(line('e\u0301'.repeat(10), 'The name', 10)).toBe('é'.repeat(10));
    expect(() => line('\u0958'.repeat(6), 'The name', 10)).toThrow(expect.objectContaining({ details: { limit: 10, actual: 12 } }));
  });

  test('X1: stored text is NFC, within the limit, visible, and unchanged when it is sent again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), text => {
        let stored: string;
        try {
          stored = line(text, 'The name', 20);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_USER_INPUT' });
          return;
        }
        expect(stored).toBe(stored.normalize('NFC').trim());
        expect([...stored].length).toBeLessThanOrEqual(20);
        expect(isBlank(stored)).toBe(false);
        expect(stored).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
        expect(line(stored, 'The name', 20)).toBe(stored);
        expect(searchText(text, 'The query', 100)).toBe(stored);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('X1: a name from a token', () => {
  test.each<[string, unknown[], string | null]>([
    ['a blank claim counts as missing', ['', 'user1'], 'user1'],
    ['an invisible claim counts as missing', ['\u200b', ' ', 'user1'], 'user1'],
    ['a claim that is not a string counts as missing', [7, null, {}, 'user1'], 'user1'],
    ['a claim is normalized to NFC', ['Cafe\u0301'], 'Café'],
    ['line breaks become spaces', ['Ann\r\nBcc: x@y.example'], 'Ann  Bcc: x@y.example'],
    ['a long claim is cut', ['😀'.repeat(300)], '😀'.repeat(TOKEN_NAME_LIMIT)],
    ['a claim with nothing left after cleaning counts as missing', ['', undefined], null],
  ])('%s', (_what, claims, name) => expect(tokenName(claims)).toBe(name));
});
