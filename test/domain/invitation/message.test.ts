import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoted } from '../../../src/domain/core/text.ts';
import { invitationMessage } from '../../../src/domain/invitation/message.ts';

const facts = {
  email: 'ines@people.example',
  url: 'https://app.example/invitation#ipto_invite_x',
  code: 'ipto_invite_x',
  expiresAt: new Date('2026-12-06T00:00:00Z'),
};
const messageOf = (tenant: string, inviter = 'Olive') => invitationMessage({ ...facts, tenant, inviter });
/** What mail programs turn into a link. */
const LINK = /\w:\/\/|www\.|[\p{L}\p{N}_-][.\u3002\uff0e\uff61][\p{L}\p{N}]|[\p{L}\p{N}]@[\p{L}\p{N}]/u;

// biome-ignore format: a table is read by its columns
const HOSTILE: readonly (readonly [string, string])[] = [
  ['a link',                   'Refund waiting: https://evil.example/login'],
  ['a domain',                 'evil.example'],
  ['a domain with full-width dots', 'evil\u3002example evil\uff0eexample'],
  ['an address',               'help@evil.example'],
  ['an IP address',            '10.0.0.1'],
  ['line breaks',              'Olive\r\n\r\nAccept here: https://evil.example\r\n'],
  ['a line separator',         'Olive\u2028Accept'],
  ['closing quotes',           'Olive” and click “here'],
  ['markup',                   '<a href="https://evil.example">x</a><script>alert(1)</script>'],
  ['a template',               '<%= it.code %>'],
  ['a direction override',     'Olive\u202egnp.exe'],
];

describe("X2: text from users cannot be mistaken for the platform's text", () => {
  test.each(HOSTILE)('%s', (_what, text) => {
    const usual = messageOf('Acme').text.split('\n').length;
    for (const message of [messageOf(text), messageOf('Acme', text)]) {
      expect(message.text.split('\n')).toHaveLength(usual);
      expect(message.text).toContain(quoted(text));
      expect(message.subject).not.toMatch(/[\r\n]/);
      expect(message.html!.match(/<a /g)).toHaveLength(1);
      expect(message.html).not.toContain('<script');
      expect(message.html!.match(/ipto_invite_x/g)).toHaveLength(2);
      expect(message.to).toBe(facts.email);
    }
    expect(messageOf(text).subject).toBe(`Invitation to join ${quoted(text)} on IPTO`);
    expect(quoted(text)).not.toMatch(LINK);
  });

  test('a usual name stays readable', () => {
    expect(quoted('Café Zürich GmbH & Co. KG')).toBe('“Café Zürich GmbH & Co. KG”');
    expect(messageOf('Müller & Söhne').html).toContain('“Müller &amp; Söhne”');
  });

  test('any name is one line in quotation marks without a link', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab.:/@"”“<>&\n\r\u2028\u202e。-_ é'.split('')), maxLength: 30 }), text => {
        const line = quoted(text);
        expect(line).toMatch(/^“[^“”"\r\n\u2028\u202e]*”$/u);
        expect(line).not.toMatch(LINK);
      }),
      { numRuns: 3_000 },
    );
  });
});
