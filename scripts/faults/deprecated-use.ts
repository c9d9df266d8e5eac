import { type Fault, newestMigration } from './fault.ts';

const SQL = 'prisma/migrations/20261130014500_deprecated_use/migration.sql';
const QUERIES = 'src/database/queries/deprecated-use.ts';
const PARTS = 'src/http/graphql/deprecated-parts.ts';
const USES = 'src/http/graphql/deprecated-use.ts';
const WALL = ['test/database/schema/catalogue', 'test/database/schema/invariants'];
const HTTP = ['test/http/graphql/deprecated-use'];

/** Faults in counting the use of deprecated fields (docs/decisions/0052-deprecated-use.md). */
// biome-ignore format: a fault a line
export const DEPRECATED_USE_FAULTS: readonly Fault[] = [
  { file: SQL, find: 'CREATE POLICY bound_tenant ON deprecated_use USING (tenant_id = (SELECT app_tenant()))', plant: 'CREATE POLICY bound_tenant ON deprecated_use USING (true)', tests: [...WALL, ...HTTP], short: true },
  { file: SQL, find: 'REFERENCES membership (tenant_id, id) ON DELETE CASCADE', plant: 'REFERENCES membership (tenant_id, id) ON DELETE RESTRICT', tests: HTTP },
  { file: newestMigration('FUNCTION purge_order()'), find: "'deprecated_use', ", plant: '', tests: ['test/database/schema/purge', ...HTTP] },
  { file: SQL, find: 'JOIN public.membership m ON m.person_id = p.id JOIN public.deprecated_use d', plant: 'JOIN public.membership m ON true JOIN public.deprecated_use d', tests: HTTP },
  { file: QUERIES, find: 'WHERE tenant_id = app_tenant() AND (membership_id = $2::uuid OR api_key_id = $3::uuid)', plant: 'WHERE (membership_id = $2::uuid OR api_key_id = $3::uuid)', tests: HTTP, short: true },
  { file: QUERIES, find: '(membership_id = $2::uuid OR api_key_id = $3::uuid) AND', plant: '', tests: HTTP },
  { file: QUERIES, find: 'least(d.count::bigint + excluded.count, 2147483647)::integer', plant: 'd.count + excluded.count', tests: HTTP },
  { file: QUERIES, find: 'd.count::bigint + excluded.count', plant: 'excluded.count', tests: HTTP },
  { file: QUERIES, find: " AND t.status <> 'deleted'", plant: '', tests: HTTP },
  { file: QUERIES, find: 'KEPT_DAYS = 90', plant: 'KEPT_DAYS = 9_000', tests: HTTP },
  { file: QUERIES, find: 'DELETE FROM deprecated_use WHERE tenant_id', plant: 'DELETE FROM deprecated_use WHERE false AND tenant_id', tests: HTTP },
  { file: PARTS, find: 'Argument: ({ name }) => note(', plant: 'Argument: ({ name }) => void (', tests: HTTP },
  { file: PARTS, find: 'collect(schema, fields[name]!.type, inner, found);', plant: '', tests: HTTP },
  { file: PARTS, find: 'Array.isArray(value) ? value : [value]', plant: 'Array.isArray(value) ? value : []', tests: HTTP },
  { file: USES, find: 'else if (size >= max) refused += 1;', plant: 'else if (false) refused += 1;', tests: HTTP },
  { file: USES, find: 'if (isOver) return;', plant: '', tests: HTTP },
  { file: 'src/http/graphql/handler.ts', find: '        noteDeprecatedUse?.(operation, optimistic.context);\n', plant: '', tests: HTTP },
  { file: 'src/http/graphql/handler.ts', find: '      noteDeprecatedUse?.(operation, context);\n', plant: '', tests: HTTP },
  { file: 'src/http/graphql/yoga.ts', find: '  if (price) noteDeprecatedUse?.(operation, context);\n', plant: '', tests: HTTP },
  { file: 'src/graphql/core/caller.ts', find: 'return apiKey ? { apiKeyId: apiKey.id } : null;', plant: 'return null;', tests: HTTP },
  { file: 'src/graphql/schema.ts', find: '  deprecationsOf(schema);\n', plant: '', tests: ['test/graphql/core/deprecation'] },
  { file: 'src/main.ts', find: 'deprecatedUses.write().then(close)', plant: 'close()', tests: HTTP },
];
