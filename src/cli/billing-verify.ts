import { parseArgs } from 'node:util';
import { defineCommand } from 'citty';
import { ConfigError, verificationConfig } from '../config.ts';
import { openDatabase } from '../database/index.ts';
import { type BillingFault, type BillingTotal, billingFaults, billingTotals } from '../database/queries/billing.ts';
import { printDecimal } from '../graphql/core/scalars.ts';
import { orFail } from './fail.ts';

/** How the process ends: the books add up; they don't; nothing could be said. */
const [SOUND, FAULTY, BLIND] = [0, 1, 2];

/** How many faults are told one by one. */
const TOLD = 20;

const FAULT: Readonly<Record<BillingFault['fault'], string>> = {
  charge_missing: 'it was not charged',
  earning_missing: 'it was charged, and nobody earned it',
  usage_missing: 'it was charged, and there is no record of it',
  currency: 'it was charged in another currency than it was earned in',
  amount: 'it was charged at another amount than it was earned at',
  parties: 'it was charged and earned by others than its records say',
};

/**
 * `billing verify`: compares every charge with the earning of the same retrieval, under the
 * gateway's own role (SPEC M3).
 */
const verifyCommand = defineCommand({
  meta: {
    name: 'verify',
    description: 'Compare what was charged with what was earned: exits 0 if the books add up, 1 if they do not, 2 if it could not look',
  },
  run: ({ rawArgs }) =>
    orFail(async () => {
      checkArgs(rawArgs);
      process.exitCode = await verify(verificationConfig().DATABASE_URL);
    }, BLIND),
});

export const billingCommand = defineCommand({
  meta: { name: 'billing', description: 'The books' },
  subCommands: { verify: verifyCommand },
});

/** @throws {ConfigError} for an option: there is none. */
function checkArgs(args: string[]): void {
  try {
    parseArgs({ args, options: {}, allowPositionals: false });
  } catch {
    throw new ConfigError('`billing verify` takes no options.');
  }
}

async function verify(url: string): Promise<number> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const database = openDatabase(url, { poolSize: 1 });
  try {
    const faults = await billingFaults(database.query);
    for (const total of await billingTotals(database.query)) say(lineOf(total));
    say(faults.length ? `${count(faults.length, 'fault')}.` : 'The books add up.');
    for (const { retrievalId, fault } of faults.slice(0, TOLD)) say(`retrieval ${retrievalId}: ${FAULT[fault]}`);
    if (faults.length > TOLD) say(`… and ${count(faults.length - TOLD, 'more')}`);
    return faults.length ? FAULTY : SOUND;
  } finally {
    await database.close();
  }
}

const lineOf = ({ currency, charges, charged, earnings, earned }: BillingTotal) =>
  `${currency}: ${count(charges, 'charge')} of ${printDecimal(charged)}, ${count(earnings, 'earning')} of ${printDecimal(earned)}`;

const count = (many: number, what: string) => `${many.toLocaleString('en')} ${what}${many === 1 || what === 'more' ? '' : 's'}`;
