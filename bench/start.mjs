/** `npm run bench` and `npm run bench:growth`: builds the gateway, installs the peers where they are missing, and goes on under Node 24. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Node that every server runs on: PostGraphile wants 22 at least, and all are to have the same. */
const NODE = '24.9.0';

const here = path.dirname(fileURLToPath(import.meta.url));
const [script, ...options] = process.argv.slice(2);

function run(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['inherit', 'inherit', 'inherit'] });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const under24 = (args, cwd) => run('npx', ['--yes', '-p', `node@${NODE}`, '--', ...args], cwd);

/** What is installed is what the lock file says: npm leaves a copy of it there. */
function isInstalled() {
  const marker = path.join(here, 'node_modules', '.bench-lock.json');
  return existsSync(marker) && readFileSync(marker, 'utf8') === readFileSync(path.join(here, 'package-lock.json'), 'utf8');
}

if (!isInstalled()) under24(['npm', 'ci', '--no-fund', '--no-audit'], here);
run('npm', ['run', '--silent', 'build'], path.join(here, '..'));
under24(['node', path.join(here, script), ...options], process.cwd());
