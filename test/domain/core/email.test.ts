import fc from 'fast-check';
import addressparser from 'nodemailer/lib/addressparser';
import { describe, expect, test } from 'vitest';
import { canonicalAddress, emailAddress } from '../../../src/domain/core/email.ts';

describe('R9: the canonical form of an address', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, string]>([
    ['mike@corp.example',                'mike@corp.example'],
    ['MIKE@Corp.Example',                'mike@corp.example'],
    ['info@bücher.example',              'info@xn--bcher-kva.example'],
    ['info@BÜCHER.example',              'info@xn--bcher-kva.example'],
    ['info@bu\u0308cher.example',        'info@xn--bcher-kva.example'],
    ['info@xn--bcher-kva.example',       'info@xn--bcher-kva.example'],
    ['info@XN--BCHER-KVA.example',       'info@xn--bcher-kva.example'],
    ['info@faß.example',                 'info@xn--fa-hia.example'],
    ['info@例え。jp',                     'info@xn--r8jz45g.jp'],
    ['ÖMER@corp.example',                'Ömer@corp.example'],
    ['\u0130@corp.example',              '\u0130@corp.example'],
    ["o'neil+tag@corp.example",          "o'neil+tag@corp.example"],
    ['%@corp.example',                   '%@corp.example'],
    ['root@localhost',                   'root@localhost'],
  ])('%s is %s', (text, address) => {
    expect(canonicalAddress(text)).toBe(address);
    expect(canonicalAddress(address)).toBe(address);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string]>([
    ['a Kelvin sign isn’t k',           'mi\u212ae@corp.example',  'mike@corp.example'],
    ['a dotless i isn’t i',             'm\u0131ke@corp.example',  'mike@corp.example'],
    ['a dotted I isn’t i',              'm\u0130ke@corp.example',  'mike@corp.example'],
    ['a long s isn’t s',                '\u017fam@corp.example',   'sam@corp.example'],
    ['a full-width letter isn’t ASCII', '\uff4dike@corp.example',  'mike@corp.example'],
    ['Ö isn’t ö',                       'Ömer@corp.example',       'ömer@corp.example'],
    ['a composed é isn’t e and a mark', 'jose\u0301@corp.example', 'jos\u00e9@corp.example'],
    ['a tag is significant',            'mike+a@corp.example',     'mike@corp.example'],
    ['a dot is significant',            'mi.ke@corp.example',      'mike@corp.example'],
  ])('%s', (_what, one, other) => expect(canonicalAddress(one)).not.toBe(canonicalAddress(other)));

  // biome-ignore format: a table is read by its columns
  test.each<[string, string]>([
    ['an angle bracket after it',      'x@y.example>'],
    ['an angle bracket before it',     '<x@y.example'],
    ['angle brackets',                 '<x@y.example>'],
    ['a display name',                 'Eve <x@y.example>'],
    ['a comment',                      'x(y)@z.example'],
    ['a list of addresses',            'x@y.example,z@y.example'],
    ['a group of addresses',           'g:x@y.example;'],
    ['a quoted local part',            '"x y"@z.example'],
    ['a backslash',                    'x\\y@z.example'],
    ['a colon',                        'x:y@z.example'],
    ['a line break',                   'x@y.example\r\nBcc: z@y.example'],
    ['a NUL',                          'x\0@y.example'],
    ['a zero width space',             'x\u200b@y.example'],
    ['a direction override',           'x\u202e@y.example'],
    ['two dots',                       'x..y@z.example'],
    ['a dot at the end',               'x.@z.example'],
    ['an address literal',             'x@[127.0.0.1]'],
    ['an IP address',                  'x@127.0.0.1'],
    ['a numeric top-level domain',         'x@y.127'],
    ['an underscore in the domain',    'x@y_z.example'],
    ['a trailing dot',                 'x@y.example.'],
    ['a percent-encoded domain',       'x@y%2eexample'],
    ['an invalid A-label',             'x@xn--zn7c.example'],
    ['255 characters',                 `${'x'.repeat(241)}@bills.example`],
    ['a full-width @',                 'x\uff20y.example'],
    ['no domain',                      'x@'],
    ['no local part',                  '@y.example'],
    ['nothing',                        ''],
  ])('%s is refused', (_what, text) => {
    expect(canonicalAddress(text)).toBeNull();
    expect(() => emailAddress(text)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });

  test('X1: lengths are code points of the stored form', () => {
    expect(canonicalAddress(`${'\u0130'.repeat(240)}@bills.example`)).toHaveLength(254);
    expect(canonicalAddress(`${'\u{10400}'.repeat(240)}@bills.example`)).not.toBeNull();
  });

  test('R9: canonicalization is idempotent, and a mail program reads the canonical form as this address only', () => {
    const letter = fc.constantFrom(...'aAzZ019.-+_%"\\<>(),;: \u212a\u0130üÜ\u200b@'.split(''));
    fc.assert(
      fc.property(fc.string({ unit: letter, maxLength: 12 }), fc.string({ unit: letter, maxLength: 12 }), (local, domain) => {
        const address = canonicalAddress(`${local}@${domain}`);
        if (address === null) return;
        expect(canonicalAddress(address)).toBe(address);
        expect(addressparser(address)).toEqual([{ address, name: '' }]);
        expect(address.slice(0, address.indexOf('@')).replace(/[a-z]/gi, '')).toBe(local.replace(/[a-z]/gi, ''));
      }),
      { numRuns: 5_000 },
    );
  });
});
