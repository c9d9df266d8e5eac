import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Whether curl is installed. */
export const hasCurl = ['/usr/bin/curl', '/bin/curl', '/usr/local/bin/curl', '/opt/homebrew/bin/curl'].some(file => existsSync(file));

/** The text of a documentation page. */
export const pageText = (page: string): string => readFileSync(path.join(ROOT, page), 'utf8');

/** The commands of a page that are marked with `<!-- run: name -->`, in order. */
export const commandsIn = (page: string): ReadonlyMap<string, string> =>
  new Map([...pageText(page).matchAll(/<!-- run: ([a-z-]+) -->\n```sh\n([\s\S]*?)```/g)].map(([, name, command]) => [name!, command!]));

/** Runs a page's command against a demo, as printed except for port and folder. */
export async function runCommand(
  command: string,
  { demo, directory }: { readonly demo: { readonly url: string }; readonly directory: string },
  folder = '/tmp',
): Promise<{ stdout: string; stderr: string }> {
  const adapted = command.replaceAll('http://127.0.0.1:4000', demo.url).replaceAll('/tmp/', `${folder}/`);
  const env = { ...process.env, IPTO_HOME: directory };
  const { stdout, stderr } = await promisify(execFile)('sh', ['-euc', adapted], { cwd: ROOT, env });
  return { stdout, stderr: stderr.replaceAll(/^npm warn Unknown user config.*\n/gm, '') };
}
