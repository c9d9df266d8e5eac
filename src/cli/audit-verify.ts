import { parseArgs } from 'node:util';
import { defineCommand } from 'citty';
import { ConfigError, verificationConfig } from '../config.ts';
import { openDatabase } from '../database/index.ts';
import { type AuditBreak, auditBreaks, auditHeads, lostAnchors } from '../database/queries/audit.ts';
import { readAnchors, writeAnchors } from './anchors.ts';
import { orFail } from './fail.ts';

/** How the process ends: the logs are whole; one is broken; nothing could be said. */
const [WHOLE, BROKEN, BLIND] = [0, 1, 2];

const FAULT: Readonly<Record<string, string>> = {
  missing: 'it is missing',
  changed: 'it does not say what was hashed',
  relinked: 'it does not follow the link before it',
  cut: 'the log ends elsewhere than its head says',
  rewritten: 'it is another than the one that was kept: the log was written anew',
};

/**
 * `audit verify [--anchors <file>]`: looks at every tenant's audit log, under the gateway's own
 * role (SPEC A2).
 */
const verifyCommand = defineCommand({
  meta: {
    name: 'verify',
    description: 'Verify the hash chain of every audit log: exits 0 if all are whole, 1 if one is broken, 2 if it could not look',
  },
  args: {
    anchors: {
      type: 'string',
      description:
        'Compare with the heads that the last run kept in this file, and keep the present ones. Put it out of reach of the database',
      valueHint: 'file',
    },
  },
  run: ({ rawArgs }) =>
    orFail(async () => {
      process.exitCode = await verify(anchorsFile(rawArgs), verificationConfig().DATABASE_URL);
    }, BLIND),
});

export const auditCommand = defineCommand({
  meta: { name: 'audit', description: 'The audit logs' },
  subCommands: { verify: verifyCommand },
});

/**
 * @throws {ConfigError} for an option that isn't one: a slip of the pen must not leave a check out.
 */
function anchorsFile(args: string[]): string | undefined {
  try {
    return parseArgs({ args, options: { anchors: { type: 'string' } }, allowPositionals: false }).values.anchors;
  } catch {
    throw new ConfigError('`audit verify` takes one option: --anchors <file>.');
  }
}

async function verify(file: string | undefined, url: string): Promise<number> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const database = openDatabase(url, { poolSize: 1 });
  const { query } = database;
  try {
    const kept = file === undefined ? null : await readAnchors(file);
    // before the chains are looked at, so that what is kept has been
    const heads = await auditHeads(query);
    const { breaks, tenants, events } = await auditBreaks(query);
    const lost = kept ? await lostAnchors(query, kept) : [];
    const broken = merged(breaks, lost);
    say(
      `${count(tenants, 'chain')}, ${count(events, 'link')}${kept ? `, ${count(kept.length, 'anchor')}` : ''}: ${verdict(broken.length)}`,
    );
    for (const { tenantId, seq, fault } of broken) say(`tenant ${tenantId}: broken at link ${seq}: ${FAULT[fault] ?? fault}`);
    if (broken.length) return BROKEN;
    if (file !== undefined) await writeAnchors(file, heads);
    return WHOLE;
  } finally {
    await database.close();
  }
}

/** Each broken chain once, by its first broken link. */
function merged(breaks: readonly AuditBreak[], lost: readonly { tenantId: string; seq: number }[]): readonly AuditBreak[] {
  const first = new Map<string, AuditBreak>();
  for (const found of [...breaks, ...lost.map(anchor => ({ ...anchor, fault: 'rewritten' }))]) {
    const known = first.get(found.tenantId);
    if (!known || found.seq < known.seq) first.set(found.tenantId, found);
  }
  return [...first.values()].sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
}

const count = (many: number, what: string) => `${many.toLocaleString('en')} ${what}${many === 1 ? '' : 's'}`;
const verdict = (broken: number) => (broken ? `${broken.toLocaleString('en')} broken.` : 'all whole.');
