import { defineCommand } from 'citty';
import { type MigrationConfig, migrationConfig } from '../config.ts';
import { migrate } from '../database/admin/migrate.ts';
import { orFail } from './fail.ts';
import { newRole, runtimeRole, servedUrl } from './runtime-role.ts';

/**
 * `npm run migrate`. With MIGRATE_DATABASE_URL: that connection migrates, and DATABASE_URL names
 * the gateway's role. With a superuser's DATABASE_URL alone: creates the roles, and prints the
 * gateway's DATABASE_URL once.
 */
export const migrateCommand = defineCommand({
  meta: { name: 'migrate', description: 'Apply pending migrations and grant the roles their privileges' },
  run: () => orFail(() => run(migrationConfig())),
});

async function run({ DATABASE_URL: url, MIGRATE_DATABASE_URL: migrateUrl }: MigrationConfig) {
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  const runtime = migrateUrl ? runtimeRole(url) : newRole();
  const { applied, isRoleCreated } = await migrate({ url: migrateUrl ?? url, runtime, onProgress });
  onProgress(applied.length ? `${applied.length} applied.` : 'Nothing to apply.');
  if (migrateUrl) return;
  const served = servedUrl(url, isRoleCreated ? runtime : { ...runtime, password: '<the password that the first run printed>' });
  onProgress(isRoleCreated ? 'Start the gateway with this URL. Its password is not shown again:' : 'Start the gateway with:');
  process.stdout.write(`DATABASE_URL=${isRoleCreated ? served : decodeURIComponent(served)}\n`);
}
