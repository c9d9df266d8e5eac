import pg from 'pg';
import { WorkerFailedError } from '../cluster/worker-failed.ts';
import { ConfigError } from '../config.ts';
import { MigrationError } from '../database/admin/migrate.ts';
import { isUnreachable, UnsafeDatabaseError } from '../database/index.ts';
import { DemoError } from '../demo/home.ts';
import { EmbeddedError } from '../demo/postgres/error.ts';
import { DocumentsFileError } from '../http/graphql/documents-file.ts';
import { ListenError } from '../http/server/listen.ts';
import { AnchorsError } from './anchors.ts';

/** Errors whose message is a sentence for the operator. */
const EXPECTED = [
  AnchorsError,
  ConfigError,
  DemoError,
  DocumentsFileError,
  EmbeddedError,
  ListenError,
  MigrationError,
  UnsafeDatabaseError,
];

/** Runs a command, which reads its settings, so that a wrong setting is reported like any error. */
export const orFail = async (command: () => Promise<void>, code?: number): Promise<void> => {
  try {
    await command();
  } catch (error) {
    if (error instanceof WorkerFailedError) process.exit(1); // the worker has said why
    fail(error, code);
  }
};

/** Prints an expected error as a sentence and any other with its stack, and ends the process. */
export function fail(error: unknown, code = 1): never {
  process.stderr.write(`${sentence(error)}\n`);
  process.exit(code);
}

function sentence(error: unknown): string {
  if (EXPECTED.some(kind => error instanceof kind)) return (error as Error).message;
  if (error instanceof pg.DatabaseError && error.severity === 'FATAL') return `The database refuses connections: ${error.message}.`;
  if (error instanceof pg.DatabaseError && ['42883', '42501'].includes(error.code ?? ''))
    return `The role lacks a privilege, or the database lacks a migration (run \`npm run migrate\`): ${error.message}.`;
  if (isUnreachable(error)) return `Cannot reach the database: ${(error as Error).message || (error as { code?: string }).code}.`;
  return (error as Error)?.stack ?? String(error);
}
