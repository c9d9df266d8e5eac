import { describe, expect, test } from 'vitest';
import { built, GUARDED, inheriting, type Thing, thing } from './little-schema.ts';

const UNSAFE = 'The schema is not safe to serve: ';

describe('a schema doesn’t build with', () => {
  test.each<[string, () => unknown, string]>([
    ['a bare field', () => thing({}), `${UNSAFE}Thing.name has no policy`],
    [
      'a bare field of the root',
      () => built(builder => builder.queryField('bare', t => t.string({ resolve: () => '' }))),
      `${UNSAFE}Query.bare has no policy`,
    ],
    ['an unknown permission', () => thing({ policy: 'thing:read' }), 'Thing.name names no permission: thing:read'],
    ['what every object has for a permission', () => thing({ policy: 'toString' }), 'Thing.name names no permission: toString'],
    ['an empty permission', () => thing({ policy: '' }), 'Thing.name names no permission: '],
    [
      'authScopes by hand',
      () => thing({ ...GUARDED, authScopes: { never: true } }),
      'Thing.name has authScopes of its own: name a policy instead',
    ],
    [
      'authScopes in place of a policy',
      () => thing({ authScopes: () => true }),
      'Thing.name has authScopes of its own: name a policy instead',
    ],
    ['skipTypeScopes', () => thing({ ...GUARDED, skipTypeScopes: true }), `${UNSAFE}Thing.name skips scopes`],
    ['skipInterfaceScopes', () => thing({ ...GUARDED, skipInterfaceScopes: true }), `${UNSAFE}Thing.name skips scopes`],
    [
      'a guarded field that can’t be null',
      () => thing({ policy: 'member:list' }),
      `${UNSAFE}Thing.name needs member:list and must be nullable`,
    ],
    [
      'a guarded field of a type that doesn’t say whose its rows are',
      () => thing(GUARDED, {}),
      `${UNSAFE}Thing.name needs member:list, but Thing doesn't say whose tenant its rows are of`,
    ],
    ['data as its parent', () => thing({ policy: 'as-parent' }), `${UNSAFE}Thing.name holds data, and can't be as its parent`],
    [
      'data as its parent, in a type whose name only begins as a wrapper’s',
      () => thing({ policy: 'as-parent' }, {}, 'ConnectionOfThings'),
      `${UNSAFE}ConnectionOfThings.name holds data, and can't be as its parent`,
    ],
    [
      'an id of an object as its parent',
      () =>
        built(builder => {
          builder.objectRef<Thing>('Thing').implement({ fields: t => ({ id: t.id({ policy: 'as-parent', resolve: () => '' }) }) });
        }),
      `${UNSAFE}Thing.id holds data, and can't be as its parent`,
    ],
  ])('%s', (_what, build, message) => {
    expect(build).toThrow(message);
  });

  test('several faults, and names each', () => {
    expect(() => thing({ policy: 'member:list' }, {})).toThrow(
      `${UNSAFE}Thing.name needs member:list, but Thing doesn't say whose tenant its rows are of; Thing.name needs member:list and must be nullable`,
    );
  });

  test('a field without a policy that is inherited from an interface', () => {
    expect(() => inheriting({}, {})).toThrow(`${UNSAFE}Named.name has no policy; Thing.name has no policy`);
  });

  test('the policy as-parent on data of an interface, except its id', () => {
    expect(() => inheriting({ policy: 'as-parent' }, {})).toThrow(
      `${UNSAFE}Named.name holds data, and can't be as its parent; Thing.name holds data, and can't be as its parent`,
    );
  });

  test('a guarded field inherited by a type that doesn’t name the tenant of its rows', () => {
    expect(() => inheriting(GUARDED, {})).toThrow(
      `${UNSAFE}Thing.name needs member:list, but Thing doesn't say whose tenant its rows are of`,
    );
  });
});
