import type { Command } from '../core/command.ts';
import { line } from '../core/text.ts';

/** The longest name of an app, and of a version, code points. */
const NAME_LIMIT = 80;

/** A version of an app, whose documents are registered and retired together. */
export type AppVersion = { readonly app: string; readonly version: string };

/** @throws {GatewayError} BAD_USER_INPUT for an invalid name. */
export const appVersion = ({ app, version }: AppVersion): AppVersion => ({
  app: line(app, 'The name of the app', NAME_LIMIT),
  version: line(version, 'The version', NAME_LIMIT),
});

/** The target of an audit event about a version of an app. */
export const targetOf = ({ app, version }: AppVersion) => ({ type: 'AppVersion', id: `${app} ${version}` });

/** Makes each request of the tenant look its documents up again. */
export async function noteChange({ db, enqueueWrite, tenantId }: Pick<Command, 'db' | 'enqueueWrite' | 'tenantId'>): Promise<void> {
  const { documentsRevision } = await db.tenant.findFirstOrThrow({ where: { id: tenantId }, select: { documentsRevision: true } });
  enqueueWrite(db.tenant.updateMany({ where: { id: tenantId }, data: { documentsRevision: documentsRevision + 1 } }));
}
