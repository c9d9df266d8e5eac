import { parseArgs } from 'node:util';
import { defineCommand } from 'citty';
import { ConfigError, migrationConfig } from '../config.ts';
import { cancelPartitioning, partitionTables } from '../database/admin/partition.ts';
import { orFail } from './fail.ts';

/**
 * `ipto partition [--cancel] [--rows <number>]`: puts the large tables into partitions while the
 * gateway serves. With MIGRATE_DATABASE_URL, or a superuser's DATABASE_URL, as `ipto migrate`.
 */
export const partitionCommand = defineCommand({
  meta: { name: 'partition', description: 'Put the large tables into partitions while the gateway serves' },
  args: {
    cancel: { type: 'boolean', description: 'End a conversion that is not complete; the tables stay as they were' },
    rows: { type: 'string', description: 'Rows that are copied in one transaction (default: 5000)', valueHint: 'number' },
  },
  run: ({ rawArgs }) => orFail(() => run(optionsOf(rawArgs))),
});

type Options = { readonly cancel?: boolean | undefined; readonly rows?: string | undefined };

/** @throws {ConfigError} for any other option. */
function optionsOf(args: string[]): Options {
  try {
    const { values } = parseArgs({ args, options: { cancel: { type: 'boolean' }, rows: { type: 'string' } }, allowPositionals: false });
    if (/^[1-9]\d{0,5}$/.test(values.rows ?? '1')) return values;
  } catch {}
  throw new ConfigError('`partition` takes --cancel, and --rows with a whole number.');
}

async function run({ cancel, rows = '5000' }: Options): Promise<void> {
  const { DATABASE_URL, MIGRATE_DATABASE_URL: url = DATABASE_URL } = migrationConfig();
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  if (cancel) onProgress((await cancelPartitioning({ url, onProgress })) ? 'Ended.' : 'No conversion is under way.');
  else
    onProgress(
      (await partitionTables({ url, pageSize: Number(rows), onProgress })) ? 'Done.' : 'The large tables are in partitions already.',
    );
}
