import { parseArgs } from 'node:util';
import { defineCommand } from 'citty';
import { ConfigError, verificationConfig } from '../config.ts';
import { openDatabase } from '../database/index.ts';
import { type BillingFault, type BillingTotal, billingFaults, billingTotals } from '../database/queries/billing.ts';
import { printDecimal } from '../graphql/core/scalars.ts';
import { orFail } from './fail.ts';

/** Exit codes: all records agree, some don't, they couldn't be checked. */
const [CONSISTENT, FAULTY, UNCHECKED] = [0, 1, 2];

/** How many faults are printed one by one. */
const MAX_LINES = 20;

const FAULT: Readonly<Record<BillingFault['fault'], string>> = {
  charge_missing: 'it was not charged',
  earning_missing: 'it was charged, but nobody earned it',
  usage_missing: 'it was charged, but has no usage record',
  currency: 'charge and earning differ in currency',
  amount: 'charge and earning differ in amount',
  parties: 'charge or earning belongs to another tenant than its usage record says',
};

/**
 * `billing verify [--json]`: compares the charge and the earning of every retrieval as the
 * gateway's role (SPEC M3).
 */
const verifyCommand = defineCommand({
  meta: {
    name: 'verify',
    description: 'Compare charges with earnings',
  },
  args: { json: { type: 'boolean', description: 'Print JSON' } },
  run: ({ rawArgs }) =>
    orFail(async () => {
      process.exitCode = await verify(isJson(rawArgs), verificationConfig().DATABASE_URL);
    }, UNCHECKED),
});

export const billingCommand = defineCommand({
  meta: { name: 'billing', description: 'Check the billing records' },
  subCommands: { verify: verifyCommand },
});

/** @throws {ConfigError} for any other option. */
function isJson(args: string[]): boolean {
  try {
    return parseArgs({ args, options: { json: { type: 'boolean' } }, allowPositionals: false }).values.json ?? false;
  } catch {
    throw new ConfigError('`billing verify` takes one option: --json.');
  }
}

async function verify(json: boolean, url: string): Promise<number> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const database = openDatabase(url, { poolSize: 1 });
  try {
    const faults = await billingFaults(database.query);
    const totals = await billingTotals(database.query);
    const exitCode = faults.length ? FAULTY : CONSISTENT;
    if (json) {
      say(JSON.stringify({ exitCode, totals, faults }, null, 2));
      return exitCode;
    }
    for (const total of totals) say(lineOf(total));
    say(faults.length ? `${count(faults.length, 'fault')}.` : 'All charges and earnings agree.');
    for (const { retrievalId, fault } of faults.slice(0, MAX_LINES)) say(`retrieval ${retrievalId}: ${FAULT[fault]}`);
    if (faults.length > MAX_LINES) say(`… and ${count(faults.length - MAX_LINES, 'more')}`);
    return exitCode;
  } finally {
    await database.close();
  }
}

const lineOf = ({ currency, charges, charged, earnings, earned }: BillingTotal) =>
  `${currency}: ${count(charges, 'charge')} of ${printDecimal(charged)}, ${count(earnings, 'earning')} of ${printDecimal(earned)}`;

const count = (many: number, what: string) => `${many.toLocaleString('en')} ${what}${many === 1 || what === 'more' ? '' : 's'}`;
