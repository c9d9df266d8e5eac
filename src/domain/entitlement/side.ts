import type { LockedTenant } from '../../database/index.ts';
import { GatewayError } from '../core/errors.ts';

/** @throws {GatewayError} SIDE_OFF unless the tenant buys (SPEC M4). */
export function checkBuys({ buys }: Pick<LockedTenant, 'buys'>): void {
  if (!buys) throw new GatewayError('SIDE_OFF', 'The buyer side of the tenant is switched off.', { side: 'buys' });
}
