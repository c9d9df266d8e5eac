import type { Fault } from './table.ts';

const CACHES = ['test/proofs/caches'];
const PERMISSION_SETS = ['test/proofs/permission-sets'];
const GRANT = 'src/access/grant.ts';
const PARTS = 'JSON.stringify([principal.kind, scopes, status, features, roles, named])';

/** A cache that holds one value, whatever the key: no part of the key is left. */
const ONE_VALUE =
  'new (class { #value; get = () => this.#value; has = () => this.#value !== undefined; set = (_, value) => { this.#value = value; return this; }; add = value => this.set(0, value); })()';

const withoutKey = (file: string, find: string, tests: readonly string[] = CACHES): Fault => ({ file, find, plant: ONE_VALUE, tests });
const withoutPart = (part: string, short?: true): Fault => ({
  ...{ file: GRANT, find: PARTS, plant: PARTS.replace(part, 'null'), tests: PERMISSION_SETS },
  ...(short && { short }),
});

/** Keys of caches that lack a part, in the order of test/proofs/cache-table.ts. */
// biome-ignore format: a table is read by its columns
export const CACHE_FAULTS: readonly Fault[] = [
  // What a caller may do
  withoutPart('principal.kind'),
  withoutPart('scopes'),
  withoutPart('status'),
  withoutPart('features'),
  withoutPart('roles', true),
  withoutPart('named'),
  withoutKey('src/access/refusal-payload.ts', 'new WeakMap<RefusedRequest, Map<Permission, RefusalPayload | null>>()'),
  { file: 'src/access/refusal-payload.ts', find: 'payloads.get(permission)', plant: '[...payloads.values()][0]', tests: ['test/access/refusal', ...CACHES] },
  withoutKey('src/access/refused-field.ts', 'new WeakMap<FieldNode, Location>()', ['test/access/refused-field', 'test/http/graphql/answers']),
  // Who the caller is
  withoutKey('src/http/auth/membership-cache.ts', 'new WeakMap<Token, LRUCache<string | symbol, CachedMembership>>()'),
  { file: 'src/http/auth/membership-cache.ts', find: 'cache.get(token)?.get(header ?? NO_HEADER)', plant: '[...(cache.get(token)?.values() ?? [])][0]', tests: CACHES },
  { file: 'src/http/auth/build-context.ts', find: 'read ??= readMemberships();', plant: 'read = globalThis.memberships ??= readMemberships();', tests: CACHES },
  // What a request asks
  withoutKey('src/http/graphql/clean-text.ts', 'new WeakMap<DocumentNode, boolean>()'),
  withoutKey('src/http/graphql/complexity.ts', 'new WeakMap<OperationDefinitionNode, Analyzed>()'),
  // Batches of one request
  withoutKey('src/graphql/api-key/holders.ts', 'new WeakMap<UnitOfWork, Batch>()', ['test/graphql/api-key/holders', ...CACHES]),
  withoutKey('src/graphql/entitlement/availability.ts', 'new WeakMap<UnitOfWork, Batch>()', ['test/domain/entitlement', ...CACHES]),
  // What is under way or done
  { file: 'src/domain/api-key/sign-in.ts', find: 'noting.has(id)', plant: 'noting.size', tests: ['test/http/auth/key-used'] },
  { file: 'src/domain/core/command.ts', find: 'recorded.has(error)', plant: 'true', tests: ['test/domain/audit', 'test/domain/invitation'] },
];
