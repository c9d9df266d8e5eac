import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { DemoError } from './home.ts';

/** The arguments of `npm run token`. `expiresIn` is in seconds. */
export type TokenArguments = { email: string; tenant?: string; expiresIn: number };

const EXAMPLE = 'npm run --silent token -- --as owner@northwind.example';
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const MAX_SECONDS = 365 * 86_400;

const SCRIPT = fileURLToPath(new URL('../../scripts/token.mjs', import.meta.url));

/**
 * A token of the running demo, as `npm run token` prints it.
 *
 * @throws DemoError with the sentence that it prints instead.
 */
export const printedToken = (args: readonly string[]): Promise<string> =>
  promisify(execFile)(process.execPath, [SCRIPT, ...args]).then(
    ({ stdout }) => stdout.trim(),
    ({ stderr }) => {
      throw new DemoError(stderr.trim());
    },
  );

/**
 * Parses the command line of `npm run token`, which `scripts/token.mjs` sends to the demo.
 *
 * @throws DemoError for an unknown option, and for a missing or invalid value.
 */
export function tokenArguments(rawArgs: string[]): TokenArguments {
  const { as, tenant, expires } = options(rawArgs);
  if (as === undefined) throw new DemoError(`--as is missing: name the person that the token is for: ${EXAMPLE}`);
  if (!/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(as) || as.length > 254)
    throw new DemoError(`--as takes an e-mail address, not '${as}': ${EXAMPLE}`);
  if (tenant !== undefined && !/^[a-z0-9][a-z0-9-]{0,62}$/i.test(tenant)) {
    throw new DemoError(`--tenant takes a tenant's slug or id, such as northwind, not '${tenant}'.`);
  }
  const request = { email: as.toLowerCase(), expiresIn: seconds(expires ?? '1h') };
  return tenant === undefined ? request : { ...request, tenant };
}

function options(args: string[]) {
  const string = { type: 'string' } as const;
  try {
    return parseArgs({ args, options: { as: string, tenant: string, expires: string }, allowPositionals: false }).values;
  } catch (error) {
    const [what] = String(error instanceof Error ? error.message : error).split(/\. |\n/);
    const problem = what
      ?.replace('argument is ambiguous', 'has no value')
      .replace(/ <value>' argument missing$/, "' has no value")
      .replace(/\.$/, '');
    throw new DemoError(`${problem}. The options are --as, --tenant and --expires: ${EXAMPLE}`);
  }
}

function seconds(duration: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(duration) ?? [];
  const total = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
  if (!(total >= 1 && total <= MAX_SECONDS))
    throw new DemoError(`--expires takes a time from 1s to 365d, such as 30s, 15m, 1h or 7d, not '${duration}'.`);
  return total;
}
