import pg from 'pg';

/** What the gateway's role may do, table by table; a list of columns narrows an UPDATE. Whatever stands in no row here it may not touch. */
// biome-ignore format: a table is read by its columns
export const GRANTS = {
  plan:       { select: true, insert: false, update: [] },
  person:     { select: true, insert: false, update: [] },
  tenant:     { select: true, insert: true,  update: ['name'] },
  membership: { select: true, insert: true,  update: [] },
} as const satisfies Record<string, { select: boolean; insert: boolean; update: readonly string[] }>;

/** The statements that give `role` exactly {@link GRANTS} and the crossings that it may call, taking back whatever else it had. */
export function grantStatements(role: string, callable: readonly string[]): string {
  const to = pg.escapeIdentifier(role);
  const tables = Object.entries(GRANTS).flatMap(([table, { select, insert, update }]) => [
    ...(select ? [`GRANT SELECT ON ${table} TO ${to}`] : []),
    ...(insert ? [`GRANT INSERT ON ${table} TO ${to}`] : []),
    ...(update.length ? [`GRANT UPDATE (${update.join(', ')}) ON ${table} TO ${to}`] : []),
  ]);
  return [
    `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${to}`,
    `REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM ${to}`,
    `GRANT USAGE ON SCHEMA public TO ${to}`,
    `GRANT SELECT (migration_name, finished_at, rolled_back_at) ON _prisma_migrations TO ${to}`,
    ...tables,
    ...callable.map(name => `GRANT EXECUTE ON FUNCTION ${name} TO ${to}`),
  ].join(';\n');
}
