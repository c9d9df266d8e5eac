/**
 * `npm run bench` and `npm run bench:growth`: builds the gateway, installs the peers where they are
 * missing, and continues under Node 24.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Node that every server runs on: PostGraphile requires 22, and all get the same. */
const NODE = '24.9.0';

const here = path.dirname(fileURLToPath(import.meta.url));
const [script, ...options] = process.argv.slice(2);

function run(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['inherit', 'inherit', 'inherit'] });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const under24 = (args, cwd) => run('npx', ['--yes', '-p', `node@${NODE}`, '--', ...args], cwd);

const lock = path.join(here, 'package-lock.json');
const installed = path.join(here, 'node_modules', '.installed-lock.json');

/**
 * Installs the peers from the lock file unless that was done, and generates the Prisma client of
 * the peer that uses one.
 */
function install() {
  if (existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(lock, 'utf8')) return;
  under24(['npm', 'ci', '--no-fund', '--no-audit'], here);
  under24([path.join(here, 'node_modules', '.bin', 'prisma'), 'generate', '--no-hints', '--config', 'prisma.config.mjs'], here);
  copyFileSync(lock, installed);
}

install();
run('npm', ['run', '--silent', 'build'], path.join(here, '..'));
under24(['node', path.join(here, script), ...options], process.cwd());
