import type { Permission } from '../../src/access/policy.ts';
import { type Database, openDatabase } from '../../src/database/index.ts';
import type { Action } from '../../src/domain/audit/actions.ts';
import { type CommandContext, runCommand } from '../../src/domain/core/command.ts';
import { keyContext } from '../../src/http/auth/api-key.ts';
import { SERVICES } from './services.ts';
import type { Life } from './tenant-life.ts';

/**
 * Operations as an API key, past GraphQL: what runs between the moment that a key signed in and the
 * moment that it writes.
 */
export function keyActs(life: Life, poolSize = 10) {
  const database: Database = openDatabase(life.database.runtimeUrl, { poolSize });
  const services = { ...SERVICES, clock: life.gateway.clock };

  /** Signs in, and answers what is to be done as that key. */
  async function signIn(secret: string): Promise<(permission: Permission, note: string) => Promise<{ note: string }>> {
    const asked = { requestId: 'request', tenant: undefined, idempotencyKey: null, services };
    const { grant, profile, requestId, work } = await keyContext(database, secret, asked);
    const action: Action = 'tenant.rename';
    return (permission, note) => {
      const act: CommandContext = { action, permission, grant, profile, requestId, services, work, key: null };
      return runCommand(act, async ({ record }) => {
        await record({ after: { note } });
        return { note };
      });
    };
  }

  return { signIn, close: () => database.close() };
}
