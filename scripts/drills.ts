import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startCluster } from './database.ts';
import { SKIPPED } from './drills/frame.ts';
import { ROWS, type Row } from './drills/rows.ts';

/**
 * `npm run drills -- [NAME…] [--short]`: runs drills against real processes, one after the other,
 * and prints a table. Exits 1 if a row fails. Other arguments go to the drills: `--rounds 3`,
 * `--seed 7`, `--minutes 5`.
 */
const names = new Set(ROWS.map(({ name }) => name));
const args = process.argv.slice(2);
const chosen = args.filter(arg => names.has(arg));
const isShort = args.includes('--short');
const passed = args.filter(arg => !names.has(arg) && arg !== '--short');
const unknown = args.filter((arg, at) => !arg.startsWith('--') && !args[at - 1]?.startsWith('--') && !names.has(arg));
if (unknown.length) {
  process.stderr.write(`There is no drill ${unknown.join(', ')}. There are: ${[...names].join(', ')}.\n`);
  process.exit(1);
}
const rows = ROWS.filter(({ name, short }) => (chosen.length ? chosen.includes(name) : !isShort || short !== null));

type Result = { readonly row: Row; readonly measured: string; readonly isOk: boolean; readonly seconds: number };

/** Runs one drill; messages go to standard error, the result is its last line. */
async function run(row: Row, sharedUrl: string): Promise<Result> {
  const script = fileURLToPath(new URL(`./drills/${row.script ?? row.name}.ts`, import.meta.url));
  const { DATABASE_URL: _, ...env } = process.env;
  const since = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...((isShort && row.short) || row.full), ...passed], {
    env: row.hasOwnPostgres ? env : { ...env, DATABASE_URL: sharedUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', chunk => {
    text += chunk;
  });
  const code = await new Promise<number | null>(resolve => child.on('close', resolve));
  const measured = text.match(/^drill [\w-]+: (.*)$/m)?.[1];
  return {
    row,
    measured: measured ?? `ended with ${code}`,
    isOk: code === 0 && measured !== undefined,
    seconds: (performance.now() - since) / 1_000,
  };
}

const cluster = await startCluster();
const results: Result[] = [];
try {
  for (const row of rows) {
    process.stderr.write(`── ${row.name}\n`);
    results.push(await run(row, cluster.url));
  }
} finally {
  await cluster.stop();
}
const state = ({ measured, isOk }: Result) => (isOk ? (measured.startsWith(SKIPPED) ? 'NOT RUN' : 'ok') : 'FAILED');
const line = (result: Result) =>
  `| ${result.row.name} | ${result.row.asked} | ${result.measured} | ${result.seconds.toFixed(0)} s | ${state(result)} |`;
process.stdout.write(`${['| drill | asked | measured | took | |', '|---|---|---|---:|---|', ...results.map(line)].join('\n')}\n`);
process.exitCode = results.every(({ isOk }) => isOk) ? 0 : 1;
