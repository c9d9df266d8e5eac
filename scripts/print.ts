import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printedFiles } from './print/files.ts';

/**
 * Writes the committed files that are printed from the code. With `--check` it writes nothing,
 * names those that are stale, and exits 1.
 */
const at = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

function current(name: string): string | null {
  try {
    return readFileSync(at(name), 'utf8');
  } catch {
    return null;
  }
}

const stale = Object.entries(await printedFiles()).filter(([name, text]) => current(name) !== text);
if (!process.argv.includes('--check')) for (const [name, text] of stale) writeFileSync(at(name), text);
else if (stale.length) {
  process.stderr.write(`Stale, run \`npm run print\`: ${stale.map(([name]) => name).join(', ')}\n`);
  process.exitCode = 1;
}
