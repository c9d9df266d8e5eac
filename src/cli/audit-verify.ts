import { parseArgs } from 'node:util';
import { defineCommand } from 'citty';
import { ConfigError, verificationConfig } from '../config.ts';
import { openDatabase } from '../database/index.ts';
import { type AuditBreak, auditBreaks, auditHeads, lostAnchors } from '../database/queries/audit.ts';
import { readAnchors, writeAnchors } from './anchors.ts';
import { orFail } from './fail.ts';

/** Exit codes: all logs are intact, one is broken, they couldn't be checked. */
const [INTACT, BROKEN, UNCHECKED] = [0, 1, 2];

const FAULT: Readonly<Record<string, string>> = {
  missing: 'the event is missing',
  changed: 'the event was changed after it was hashed',
  relinked: 'the event does not follow its predecessor',
  cut: 'the log does not end where its head says',
  unfounded: 'the log is empty: the event of the founding is missing',
  rewritten: 'the link differs from the saved anchor: the log was rewritten',
};

/**
 * `audit verify [--anchors <file>] [--json]`: checks every tenant's audit log as the gateway's role
 * (SPEC A2).
 */
const verifyCommand = defineCommand({
  meta: {
    name: 'verify',
    description: 'Verify the hash chain of every audit log',
  },
  args: {
    anchors: {
      type: 'string',
      description:
        'Compare with the heads that the last run saved in this file, and save the present ones. Store it where the database cannot write',
      valueHint: 'file',
    },
    json: { type: 'boolean', description: 'Print JSON' },
  },
  run: ({ rawArgs }) =>
    orFail(async () => {
      process.exitCode = await verify(optionsOf(rawArgs), verificationConfig().DATABASE_URL);
    }, UNCHECKED),
});

export const auditCommand = defineCommand({
  meta: { name: 'audit', description: 'Check the audit logs' },
  subCommands: { verify: verifyCommand },
});

type Options = { readonly anchors?: string | undefined; readonly json?: boolean | undefined };

/** @throws {ConfigError} for an unknown option: a typo must not skip a check. */
function optionsOf(args: string[]): Options {
  try {
    return parseArgs({ args, options: { anchors: { type: 'string' }, json: { type: 'boolean' } }, allowPositionals: false }).values;
  } catch {
    throw new ConfigError('`audit verify` takes --anchors <file> and --json.');
  }
}

async function verify({ anchors: file, json }: Options, url: string): Promise<number> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const database = openDatabase(url, { poolSize: 1 });
  const { query } = database;
  try {
    const anchors = file === undefined ? null : await readAnchors(file);
    // read before the check, so that only checked heads are saved
    const heads = await auditHeads(query);
    const { breaks, tenants, events } = await auditBreaks(query);
    const lost = anchors ? await lostAnchors(query, anchors) : [];
    const broken = merged(breaks, lost);
    if (json) {
      const exitCode = broken.length ? BROKEN : INTACT;
      say(JSON.stringify({ exitCode, chains: tenants, links: events, anchors: anchors?.length ?? null, broken }, null, 2));
    } else {
      const compared = anchors ? `, ${count(anchors.length, 'anchor')}` : '';
      say(`${count(tenants, 'chain')}, ${count(events, 'link')}${compared}: ${verdict(broken.length)}`);
      for (const { tenantId, seq, fault } of broken) say(`tenant ${tenantId}: broken at link ${seq}: ${FAULT[fault] ?? fault}`);
    }
    if (broken.length) return BROKEN;
    if (file !== undefined) await writeAnchors(file, heads);
    return INTACT;
  } finally {
    await database.close();
  }
}

/** Each broken chain once, by its first broken link. */
function merged(breaks: readonly AuditBreak[], lost: readonly { tenantId: string; seq: number }[]): readonly AuditBreak[] {
  const first = new Map<string, AuditBreak>();
  for (const found of [...breaks, ...lost.map(anchor => ({ ...anchor, fault: 'rewritten' }))]) {
    const earlier = first.get(found.tenantId);
    if (!earlier || found.seq < earlier.seq) first.set(found.tenantId, found);
  }
  return [...first.values()].sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
}

const count = (many: number, what: string) => `${many.toLocaleString('en')} ${what}${many === 1 ? '' : 's'}`;
const verdict = (broken: number) => (broken ? `${broken.toLocaleString('en')} broken.` : 'all intact.');
