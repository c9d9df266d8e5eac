import type { Fault } from './fault.ts';

const CACHES = ['test/proofs/caches'];
const PERMISSION_SETS = ['test/proofs/permission-sets'];
const GRANT = 'src/access/grant.ts';
const PARTS = 'JSON.stringify([principal.kind, scopes, status, features, roles, named])';

/** A cache that holds one value, whatever the key: no part of the key is left. */
const ONE_VALUE =
  'new (class { #value; get = () => this.#value; has = () => this.#value !== undefined; set = (_, value) => { this.#value = value; return this; }; add = value => this.set(0, value); delete = () => { this.#value = undefined; }; })()';

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
  withoutKey('src/http/auth/facts-cache.ts', 'new WeakMap<Proof, LRUCache<string | symbol, CachedFacts>>()'),
  { file: 'src/http/auth/facts-cache.ts', find: 'cache.get(proof)?.get(keyOf(sources))', plant: '[...(cache.get(proof)?.values() ?? [])][0]', tests: CACHES },
  { file: 'src/http/auth/api-key.ts', find: 'sent && proven.get(nameOf(sent))', plant: 'sent && [...proven.values()][0]', tests: ['test/http/auth/warm-key'] },
  { file: 'src/http/auth/api-key.ts', find: 'now().getTime() < cached.facts.apiKey!.until', plant: 'now()', tests: ['test/http/auth/warm-key'] },
  { file: 'src/http/auth/optimistic-context.ts', find: 'database.queryText(statement, work.binding)', plant: 'result', tests: ['test/http/auth/warm-key'] },
  { file: 'src/http/auth/facts-cache.ts', find: "if (slug === undefined) return header ?? NO_HEADER;", plant: 'return header ?? NO_HEADER;', tests: ['test/isolation/tenant-slug'] },
  { file: 'src/http/auth/build-context.ts', find: 'read ??= readMemberships();', plant: 'read = globalThis.memberships ??= readMemberships();', tests: CACHES },
  // What a request asks
  withoutKey('src/http/graphql/clean-text.ts', 'new WeakMap<DocumentNode, boolean>()'),
  withoutKey('src/http/graphql/complexity.ts', 'new WeakMap<OperationDefinitionNode, Analyzed>()'),
  { file: 'src/http/graphql/prepare.ts', find: 'queries.get(body)', plant: '[...queries.values()][0]', tests: CACHES, short: true },
  { file: 'src/http/graphql/documents.ts', find: 'parsed.get(text)', plant: '[...parsed.values()][0]', tests: CACHES },
  { file: 'src/http/graphql/operation-tenant.ts', find: 'operation.tenantSlugs ??= slugArguments(operation);', plant: 'operation.tenantSlugs = (globalThis as any).slugs ??= slugArguments(operation);', tests: ['test/isolation/tenant-slug'] },
  withoutKey('src/http/graphql/documents.ts', 'new LRUCache<string, Error>(options)'),
  { file: 'src/http/server/negotiate.ts', find: 'chosen.get(accept)', plant: '[...chosen.values()][0]', tests: CACHES },
  // Statements
  { file: 'src/database/driver/statement-names.ts', find: 'this.#names.get(text)', plant: '[...this.#names.values()][0]', tests: ['test/database/driver', ...CACHES] },
  { file: 'src/database/driver/prepared-statements.ts', find: 'if (this.#names.get(name)) return;', plant: 'if (this.#names.size) return;', tests: ['test/database/driver', ...CACHES] },
  { file: 'src/database/tenancy/binding.ts', find: 'combined.get(query)', plant: '[...combined.values()][0]', tests: ['test/database/driver', ...CACHES] },
  { file: 'src/database/tenancy/binding.ts', find: 'if (cached && cached.tenantId === binding.tenantId && cached.personId === binding.personId)', plant: 'if (cached)', tests: ['test/database/driver/piggyback-query'] },
  withoutKey('src/database/sql/json-reader.ts', 'new WeakMap<JsonRead, CachedTemplate>()'),
  { file: 'src/database/sql/json-reader.ts', find: 'names.of(template.text)', plant: "names.of('')", tests: CACHES },
  // Query plans
  withoutKey('src/executor/executor.ts', 'new WeakMap<OperationDefinitionNode, Compiled>()'),
  withoutKey('src/executor/json-plan.ts', 'new WeakMap<ReadonlySet<Permission>, JsonPlan | null>()', ['test/executor', ...CACHES]),
  withoutKey('src/executor/json-format.ts', 'new WeakMap<GraphQLEnumType, ReadonlyMap<string, string>>()', ['test/executor', ...CACHES]),
  { file: 'src/executor/json.ts', find: 'within(within(queries, field), grant.permissions)', plant: 'within(within(queries, field), field)', tests: ['test/executor', ...CACHES] },
  { file: 'src/executor/json.ts', find: 'field.hasVariables ? execution.variables : NO_VARIABLES', plant: 'NO_VARIABLES', tests: CACHES },
  { file: 'src/executor/prepared-operation.ts', find: 'this.#variables ??= ', plant: 'this.#variables = globalThis.variables ??= ', tests: CACHES },
  // Batches of one request
  withoutKey('src/graphql/core/batch.ts', 'new WeakMap<UnitOfWork, Batch<Value>>()', ['test/graphql/core', 'test/graphql/api-key', ...CACHES]),
  // What is under way or done
  { file: 'src/domain/api-key/sign-in.ts', find: 'noting.has(id)', plant: 'noting.size', tests: ['test/http/auth/key-used'] },
  { file: 'src/domain/audit/refusal-batches.ts', find: 'const previous = latest.get(kind)', plant: 'const previous = [...latest.values()].at(-1)', tests: ['test/domain/audit/refusal-counts'] },
  { file: 'src/domain/audit/refusal.ts', find: '!recorded.has(error)', plant: 'false', tests: ['test/domain/audit', 'test/domain/invitation'] },
  { file: 'src/http/auth/refresh-people.ts', find: 'underWay.has(key)', plant: 'underWay.size', tests: ['test/http/auth/refresh-people'] },
];
