import { uuidv7 as uuid } from 'uuidv7';
import { heldLiveKey } from '../api-key/held.ts';
import { type Command, type CommandContext, runCommand } from '../core/command.ts';
import { badInput, GatewayError } from '../core/errors.ts';
import { checkAlso } from '../core/recheck.ts';
import type { RowRef } from '../core/row-ref.ts';
import type { Manifest } from './manifest.ts';
import { type AppVersion, appVersion, noteChange, targetOf } from './version.ts';

/** Documents in one call, of the versions of one app that aren't retired, and of a tenant's. */
export const DOCUMENTS = { call: 100, app: 1_000, tenant: 3_000 } as const;

export type RegisterInput = AppVersion & {
  /** The only API key that may send them; every caller may when it is left out. */
  readonly apiKey?: RowRef | null | undefined;
  readonly documents: Manifest;
};

/** Documents that are registered, by their hashes. */
export type RegisteredDocuments = AppVersion & { readonly tenantId: string; readonly hashes: readonly string[] };

/**
 * Registers documents of a version of an app, or of one API key (SPEC G9). Those that the version
 * has already stay as they are. The documents must have been found valid.
 *
 * @throws {GatewayError} BAD_USER_INPUT, DOCUMENT_RETIRED, CONFLICT, LIMIT_REACHED; NOT_FOUND and
 * KEY_ENDED for the API key.
 */
export const registerDocuments = (context: CommandContext, input: RegisterInput): Promise<RegisteredDocuments> => {
  const named = appVersion(input);
  const { documents } = input;
  if (!documents.size) throw badInput('`documents` is empty.');
  if (documents.size > DOCUMENTS.call)
    throw badInput(`Register at most ${DOCUMENTS.call} documents in one call; call again for more of the same version.`, {
      limit: DOCUMENTS.call,
      actual: documents.size,
    });
  const hashes = [...documents.keys()];
  return runCommand(context, async command => {
    const { db, now, record, enqueueWrite, tenantId } = command;
    const apiKeyId = input.apiKey ? await keyOf(command, input.apiKey) : null;
    const present = await db.trustedDocument.findMany({ where: named, select: { hash: true, apiKeyId: true, retiredAt: true } });
    checkVersion(present, apiKeyId);
    const known = new Set(present.map(({ hash }) => hash));
    const added = hashes.filter(hash => !known.has(hash));
    if (added.length) {
      await checkPlaces(command, named, added.length);
      const rows = added.map(hash => ({ id: uuid(), ...named, apiKeyId, hash, text: documents.get(hash)!, createdAt: now }));
      enqueueWrite(db.trustedDocument.createMany({ data: rows }));
      await noteChange(command);
      const before = present.length ? { ...named, apiKeyId, documents: present.length } : null;
      await record({ target: targetOf(named), before, after: { ...named, apiKeyId, documents: present.length + added.length } });
    }
    return { tenantId, ...named, hashes };
  });
};

/** An API key registers no documents for keys, itself included: it would widen its own limits. */
async function keyOf(command: Command, apiKey: RowRef): Promise<string> {
  checkAlso('api-key:update', command);
  return (await heldLiveKey(command, apiKey)).id;
}

type Present = { readonly apiKeyId: string | null; readonly retiredAt: Date | null };

function checkVersion([first]: readonly Present[], apiKeyId: string | null): void {
  if (!first) return;
  if (first.retiredAt) throw new GatewayError('DOCUMENT_RETIRED', 'This version of the app is retired. Register another version.');
  if (first.apiKeyId !== apiKeyId)
    throw new GatewayError('CONFLICT', 'This version of the app belongs to another API key, or to all callers. Register another version.');
}

async function checkPlaces({ db }: Command, { app }: AppVersion, added: number): Promise<void> {
  const [inApp, inTenant] = await Promise.all([
    db.trustedDocument.count({ where: { app, retiredAt: null } }),
    db.trustedDocument.count({ where: { retiredAt: null } }),
  ]);
  for (const [what, limit, used] of [
    ['of the app', DOCUMENTS.app, inApp],
    ['of the tenant', DOCUMENTS.tenant, inTenant],
  ] as const)
    if (used + added > limit)
      throw new GatewayError(
        'LIMIT_REACHED',
        `The versions ${what} that are not retired may have ${limit} documents; ${used} are registered. Retire a version.`,
        { limit, used },
      );
}
