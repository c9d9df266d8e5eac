import { ConfigError } from '../config.ts';
import { EmbeddedError } from '../database/embedded/error.ts';
import { UnsafeDatabaseError } from '../database/guard.ts';
import { MigrationError } from '../database/migrate.ts';
import { DemoError } from '../demo/home.ts';
import { ListenError } from '../http/server.ts';

/** Errors whose message is a sentence for the person at the keyboard. */
const EXPECTED = [ConfigError, DemoError, EmbeddedError, ListenError, MigrationError, UnsafeDatabaseError];

/** Ends the process: an expected failure with its sentence, any other with its stack. */
export function fail(error: unknown): never {
  const expected = EXPECTED.some(kind => error instanceof kind);
  process.stderr.write(`${expected ? (error as Error).message : ((error as Error)?.stack ?? error)}\n`);
  process.exit(1);
}
