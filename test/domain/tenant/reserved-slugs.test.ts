import { describe, expect, test } from 'vitest';
import { suggestSlug, tenantSlug } from '../../../src/domain/tenant/name.ts';

describe('R2: reserved slugs are those that impersonate the platform or that careless clients send', () => {
  test.each(['admin', 'null', 'undefined', 'graphql', 'support', 'api', 'www', 'true', 'nan', 'ipto', 'ipto-support', 'object-object'])(
    '%s is reserved',
    slug => {
      expect(() => tenantSlug(slug)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', details: { field: 'slug' } }));
    },
  );

  test.each(['administration-gmbh', 'nullpunkt', 'iptometrics', 'my-api'])('%s is not reserved', slug =>
    expect(tenantSlug(slug)).toBe(slug),
  );

  test.each([
    ['Admin', 'admin-org'],
    ['NULL', 'null-org'],
    ['[object Object]', 'object-object-org'],
    ['Support', 'support-org'],
  ])('a suggestion avoids reserved slugs: %s gives %s', (name, slug) => {
    expect(suggestSlug(name)).toBe(slug);
    expect(tenantSlug(slug)).toBe(slug);
  });

  test('without a possible suggestion the caller has to give a slug', () =>
    expect(() => suggestSlug('IPTO Support')).toThrow('Choose one.'));
});
