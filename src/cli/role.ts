import { defineCommand } from 'citty';
import { type MigrationConfig, migrationConfig } from '../config.ts';
import { setPassword } from '../database/admin/password.ts';
import { orFail } from './fail.ts';
import { newRole, runtimeRole, servedUrl } from './runtime-role.ts';

/** `ipto role password`: rotates the password of the gateway's role. */
const passwordCommand = defineCommand({
  meta: { name: 'password', description: "Set the password of the gateway's role: DATABASE_URL's, or a new one" },
  run: () => orFail(() => run(migrationConfig())),
});

export const roleCommand = defineCommand({
  meta: { name: 'role', description: "Manage the gateway's database role" },
  subCommands: { password: passwordCommand },
});

async function run({ DATABASE_URL: url, MIGRATE_DATABASE_URL: adminUrl }: MigrationConfig) {
  const role = adminUrl ? runtimeRole(url) : newRole();
  await setPassword(adminUrl ?? url, role);
  if (adminUrl) return void process.stderr.write(`Role ${role.name} has the password that DATABASE_URL names.\n`);
  process.stderr.write('Restart the gateway and the worker with this URL. Its password is not shown again:\n');
  process.stdout.write(`DATABASE_URL=${servedUrl(url, role)}\n`);
}
