import SchemaBuilder from '@pothos/core';
import { describe, expect, test } from 'vitest';
import '../../src/access/policy-plugin.ts';
import type { FieldPolicy, GuardedContext } from '../../src/access/policy-plugin.ts';

/** A schema with the policies named, and without the plugin that enforces them. */
function unenforced(policy: FieldPolicy, options: object = {}) {
  const builder = new SchemaBuilder<{ Context: GuardedContext }>({ plugins: ['policy'] } as never);
  builder.queryType();
  builder.queryField('secret', t => t.string({ policy, resolve: () => 'open to all', ...options }));
  return builder.toSchema();
}

const UNENFORCED =
  'The schema is not safe to serve: Query.secret needs tenant:read, and nothing enforces it; scope-auth, which enforces policies, is not among the plugins';

describe('a schema whose policies nothing enforces doesn’t build', () => {
  test('with a guarded field that has a resolver', () => {
    expect(() => unenforced('tenant:read')).toThrow(UNENFORCED);
  });

  test('with a guarded field that has no resolver', () => {
    expect(() => unenforced('tenant:read', { resolve: undefined })).toThrow(UNENFORCED);
  });

  test('with public fields alone, because a later field may be guarded', () => {
    expect(() => unenforced('public')).toThrow(
      'The schema is not safe to serve: scope-auth, which enforces policies, is not among the plugins',
    );
  });
});
