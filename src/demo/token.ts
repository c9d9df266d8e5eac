import { access } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { DemoError, homeDirectory, homeIn } from './home.ts';
import { openIssuer } from './issuer.ts';

/** The arguments of the command line. `expiresIn` is in seconds. */
export type TokenArguments = { email: string; tenant?: string; expiresIn: number };

const EXAMPLE = 'npm run --silent token -- --as owner@northwind.example';
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const MAX_SECONDS = 365 * 86_400;

/**
 * The token for the arguments of a command line. It never creates a demo: a token of a new key
 * would be refused by the demo that is running elsewhere.
 *
 * @throws DemoError if an argument is wrong, or no demo has run in the folder.
 */
export async function printedToken(rawArgs: string[], environment: { IPTO_HOME?: string | undefined }): Promise<string> {
  const request = tokenArguments(rawArgs);
  const home = homeIn(homeDirectory(environment));
  await access(home.issuerKey).catch(() => {
    throw new DemoError(
      `No demo has run in ${home.directory}. Start it with \`npm run demo\`, or set IPTO_HOME to the folder of the demo.`,
    );
  });
  return (await openIssuer(home)).sign(request);
}

/**
 * Parses a command line.
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
