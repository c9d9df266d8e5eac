import pg from 'pg';
import { ConfigError } from '../config.ts';
import { MigrationError } from '../database/admin/migrate.ts';
import { isUnreachable, UnsafeDatabaseError } from '../database/index.ts';
import { DemoError } from '../demo/home.ts';
import { EmbeddedError } from '../demo/postgres/error.ts';
import { ListenError } from '../http/server/server.ts';
import { AnchorsError } from './anchors.ts';

/** Errors whose message is a sentence for the person at the keyboard. */
const EXPECTED = [AnchorsError, ConfigError, DemoError, EmbeddedError, ListenError, MigrationError, UnsafeDatabaseError];

/**
 * Runs a command. Its settings are read inside, so that a wrong one ends it like any other failure.
 */
export const orFail = async (command: () => Promise<void>, code?: number): Promise<void> => {
  try {
    await command();
  } catch (error) {
    fail(error, code);
  }
};

/** Ends the process: an expected failure with its sentence, any other with its stack. */
export function fail(error: unknown, code = 1): never {
  process.stderr.write(`${sentence(error)}\n`);
  process.exit(code);
}

function sentence(error: unknown): string {
  if (EXPECTED.some(kind => error instanceof kind)) return (error as Error).message;
  if (error instanceof pg.DatabaseError && error.severity === 'FATAL') return `The database lets nobody in: ${error.message}.`;
  if (error instanceof pg.DatabaseError && ['42883', '42501'].includes(error.code ?? ''))
    return `The database does not let this role look, or lacks a migration (\`npm run migrate\`): ${error.message}.`;
  if (isUnreachable(error)) return `The database is out of reach: ${(error as Error).message || (error as { code?: string }).code}.`;
  return (error as Error)?.stack ?? String(error);
}
