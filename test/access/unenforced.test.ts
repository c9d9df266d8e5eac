import SchemaBuilder from '@pothos/core';
import { describe, expect, test } from 'vitest';
import '../../src/access/policy-plugin.ts';
import type { GuardedContext } from '../../src/access/policy-plugin.ts';

/** A schema with the policies named, and without the plugin that enforces them. */
function unenforced(options: object) {
  const builder = new SchemaBuilder<{ Context: GuardedContext }>({ plugins: ['policy'] } as never);
  builder.queryType();
  builder.queryField('secret', t => t.string({ policy: 'tenant:read', resolve: () => 'open to all', ...options }));
  return builder.toSchema();
}

describe('a schema whose policies nothing enforces doesn’t build', () => {
  test('with a guarded field that has a resolver', () => {
    expect(() => unenforced({})).toThrow('not safe to serve');
  });

  test('with one that has none', () => {
    expect(() => unenforced({ resolve: undefined })).toThrow('not safe to serve');
  });
});
