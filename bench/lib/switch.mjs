import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Makes a copy of the build in which a part can be turned off and on, by SIGUSR2, while it serves:
 * two processes of one build differ by more than such a part costs. `switched` has pieces of the
 * build that occur once, and what each becomes, with `globalThis.isOff` in it.
 *
 * @returns the copy's command line, and what removes it.
 */
export function buildWithSwitch(switched) {
  const copy = mkdtempSync(path.join(tmpdir(), 'ipto-switch-'));
  const remove = () => rmSync(copy, { recursive: true, force: true });
  cpSync(path.join(ROOT, 'dist'), path.join(copy, 'dist'), { recursive: true });
  for (const name of ['package.json', 'prisma', 'node_modules']) symlinkSync(path.join(ROOT, name), path.join(copy, name));
  const files = readdirSync(path.join(copy, 'dist'), { recursive: true })
    .filter(name => name.endsWith('.js'))
    .map(name => path.join(copy, 'dist', name));
  for (const [code, becomes] of Object.entries(switched)) {
    const found = files.map(name => ({ name, parts: readFileSync(name, 'utf8').split(code) })).filter(({ parts }) => parts.length > 1);
    if (found.length !== 1 || found[0].parts.length !== 2) {
      remove();
      throw new Error(`the build has another code than expected: ${code}`);
    }
    writeFileSync(found[0].name, found[0].parts.join(becomes));
  }
  const cli = path.join(copy, 'dist/cli.js');
  appendFileSync(cli, "\nprocess.on('SIGUSR2', () => { globalThis.isOff = !globalThis.isOff; });\n");
  return { cli, remove };
}
