import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { startTemporaryDemo } from './demo.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Whether what is printed for a shell can be tried here. */
export const hasCurl = ['/usr/bin/curl', '/bin/curl', '/usr/local/bin/curl', '/opt/homebrew/bin/curl'].some(file => existsSync(file));

/** The text of a page of the repository. */
export const pageText = (page: string): string => readFileSync(path.join(ROOT, page), 'utf8');

/** The commands that a page marks with `<!-- run: name -->`, in their order. */
export const commandsIn = (page: string): ReadonlyMap<string, string> =>
  new Map([...pageText(page).matchAll(/<!-- run: ([a-z-]+) -->\n```sh\n([\s\S]*?)```/g)].map(([, name, command]) => [name!, command!]));

/**
 * Runs a page's command against a demo, as printed but for the port and the folder, and answers
 * what it wrote to either output.
 */
export async function runCommand(
  command: string,
  { demo, directory }: Awaited<ReturnType<typeof startTemporaryDemo>>,
  folder = '/tmp',
): Promise<{ stdout: string; stderr: string }> {
  const here = command.replaceAll('http://127.0.0.1:4000', demo.url).replaceAll('/tmp/', `${folder}/`);
  const env = { ...process.env, IPTO_HOME: directory };
  const { stdout, stderr } = await promisify(execFile)('sh', ['-euc', here], { cwd: ROOT, env });
  return { stdout, stderr: stderr.replaceAll(/^npm warn Unknown user config.*\n/gm, '') };
}
