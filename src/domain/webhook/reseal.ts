import type { UnitOfWork } from '../../database/index.ts';
import type { SecretKeys } from './secret-keys.ts';

/**
 * Encrypts the secrets of the bound tenant's webhooks with the first key, where they aren't yet.
 *
 * @returns how many webhooks had others.
 * @throws {Error} for a secret of a key that isn't known: nothing of the tenant is changed then.
 */
export const resealSecrets = (unit: UnitOfWork, keys: SecretKeys): Promise<number> =>
  unit.transaction(async ({ db, query }) => {
    await query('SELECT FROM webhook WHERE tenant_id = app_tenant() ORDER BY id FOR UPDATE', []);
    const webhooks = await db.webhook.findMany({ select: { id: true, secret: true, earlierSecret: true } });
    const others = webhooks.filter(({ secret, earlierSecret }) =>
      [secret, earlierSecret].some(sealed => sealed && !keys.isCurrent(sealed)),
    );
    for (const { id, secret, earlierSecret } of others) {
      const place = { tenantId: unit.binding.tenantId!, id };
      const again = (sealed: Uint8Array) => keys.seal(keys.open(sealed, place), place);
      await db.webhook.updateMany({ where: { id }, data: { secret: again(secret), earlierSecret: earlierSecret && again(earlierSecret) } });
    }
    return others.length;
  });
