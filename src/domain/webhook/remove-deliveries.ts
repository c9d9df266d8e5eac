import { daysAfter } from '../core/services.ts';
import type { TenantTransaction } from '../core/tenant-lock.ts';

/** How long a delivery is kept after its end, days: as long as events. */
const DELIVERY_DAYS = 30;

/** Removes deliveries that ended long ago. */
export const removeDeliveries = ({ db, now }: Pick<TenantTransaction, 'db' | 'now'>) =>
  db.webhookDelivery.deleteMany({ where: { endedAt: { lte: daysAfter(now, -DELIVERY_DAYS) } } });
