import { styleText } from 'node:util';
import { defineCommand } from 'citty';
import { doctorConfig } from '../config.ts';
import { examine, exitCode } from '../doctor/doctor.ts';
import type { Finding, Outcome } from '../doctor/finding.ts';
import { orFail } from './fail.ts';

/** The exit code if the doctor itself fails. */
const UNCHECKED = 2;

const LABELS: Readonly<Record<Outcome, string>> = { ok: 'ok', wrong: 'WRONG', unchecked: 'unknown', skipped: 'skipped' };
const COLORS = { ok: 'green', wrong: 'red', unchecked: 'yellow', skipped: 'gray' } as const;

/** `ipto doctor [--json]` */
export const doctorCommand = defineCommand({
  meta: { name: 'doctor', description: 'Find what is wrong with settings, database, issuer, store and mail, and what fixes it' },
  args: { json: { type: 'boolean', description: 'Print JSON' } },
  run: ({ args }) =>
    orFail(async () => {
      const findings = await examine(doctorConfig());
      process.stdout.write(args.json ? `${JSON.stringify({ exitCode: exitCode(findings), findings }, null, 2)}\n` : printed(findings));
      process.exitCode = exitCode(findings);
    }, UNCHECKED),
});

function printed(findings: readonly Finding[]): string {
  const column = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, outcome, what, fix }) => {
    const label = styleText(COLORS[outcome], LABELS[outcome].padEnd(8), { stream: process.stdout });
    return `${label} ${check.padEnd(column)}  ${what}\n${fix ? `${' '.repeat(column + 11)}→ ${fix}\n` : ''}`;
  });
  const count = (outcome: Outcome) => findings.filter(finding => finding.outcome === outcome).length;
  return `${lines.join('')}\n${count('wrong')} wrong, ${count('unchecked')} unknown, ${count('ok')} ok, ${count('skipped')} skipped\n`;
}
