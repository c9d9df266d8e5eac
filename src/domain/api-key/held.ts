import type { DocumentMode } from '../../access/document-mode.ts';
import type { Permission } from '../../access/policy.ts';
import type { Command } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { checkAlso } from '../core/recheck.ts';
import { localRow, type RowRef } from '../core/row-ref.ts';
import { isLive, scopesOf } from './sign-in.ts';

/** An API key that the caller may change. */
export type HeldKey = {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Permission[];
  readonly secretHash: Uint8Array<ArrayBuffer>;
  readonly holderId: string;
  readonly holderName: string;
  readonly revokedAt: Date | null;
  readonly documentMode: DocumentMode;
};

/**
 * Finds an API key that the caller may change: their own, or any with `api-key:update-any` (SPEC
 * K3). Callers who may list keys may know that another member's key exists.
 *
 * @throws {GatewayError} NOT_FOUND; {RefusedError} for another member's key.
 */
export async function heldKey(command: Command, key: RowRef): Promise<HeldKey & { readonly isLive: boolean }> {
  const { context, db, me, now } = command;
  const found = await db.apiKey.findFirst({ where: { id: localRow(context, key) } });
  if (!found) throw new GatewayError('NOT_FOUND', 'There is no API key with this id.');
  if (found.holderId !== me!.id) checkAlso('api-key:update-any', command);
  return { ...found, scopes: scopesOf(found.scopes), documentMode: found.documentMode as DocumentMode, isLive: isLive(found, now) };
}

/**
 * {@link heldKey}, if the key is neither revoked nor expired.
 *
 * @throws {GatewayError} KEY_ENDED as well.
 */
export async function heldLiveKey(command: Command, key: RowRef): Promise<HeldKey> {
  const held = await heldKey(command, key);
  if (!held.isLive) throw new GatewayError('KEY_ENDED', 'This API key was revoked or has expired. Create another one.');
  return held;
}
