import type { Permission } from '../../src/access/policy.ts';
import { type Database, openDatabase } from '../../src/database/index.ts';
import type { Action } from '../../src/domain/audit/actions.ts';
import { type CommandContext, runCommand } from '../../src/domain/core/command.ts';
import { keyContext } from '../../src/http/auth/api-key.ts';
import { requestInput } from './request-input.ts';
import { SERVICES } from './services.ts';
import type { TenantActors } from './tenant-actors.ts';

/** Runs commands as an API key without GraphQL, to act between authentication and the command. */
export function keyActs(fixtures: TenantActors, poolSize = 10) {
  const database: Database = openDatabase(fixtures.database.runtimeUrl, { poolSize });
  const services = { ...SERVICES, clock: fixtures.gateway.clock };

  /** Authenticates a key and returns a function that runs a command as it. */
  async function signIn(secret: string): Promise<(permission: Permission, note: string) => Promise<{ note: string }>> {
    const { grant, profile, requestId, work } = await keyContext(database, secret, requestInput(undefined, services));
    const action: Action = 'tenant.rename';
    return (permission, note) => {
      const context: CommandContext = { action, permission, grant, profile, requestId, services, work, key: null };
      return runCommand(context, async ({ record, tenantId: id }) => {
        await record({ target: { type: 'Tenant', id }, after: { note } });
        return { note };
      });
    };
  }

  return { signIn, close: () => database.close() };
}
