import { describe, expect, test } from 'vitest';
import { tagOf } from '../../../src/domain/listing/tag.ts';

describe('M1: a tag', () => {
  test.each([
    ['in lower case', 'Weather', 'weather'],
    ['trimmed', '  weather\u00a0', 'weather'],
    ['in one Unicode form', 'CAFE\u0301', 'caf\u00e9'],
    ['of 32 code points, whatever their size', '\u{1f40b}'.repeat(32), '\u{1f40b}'.repeat(32)],
  ])('is stored %s', (_how, text, tag) => {
    expect(tagOf(text)).toBe(tag);
    expect(tagOf(tag)).toBe(tag);
  });

  test.each([
    ['of only spaces', ' ', 'A tag is empty.', {}],
    ['of 33 characters', 'x'.repeat(33), 'A tag is longer than 32 characters.', { limit: 32, actual: 33 }],
    ['with a line feed', 'a\nb', 'A tag contains control characters or direction overrides. Remove them.', {}],
  ])('%s is BAD_USER_INPUT', (_what, text, message, details) => {
    expect(() => tagOf(text)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', message, details }));
  });
});
