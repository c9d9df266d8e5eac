import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm run assemble -- <folder>`, after `npm run build`: a new folder with what production needs,
 * and nothing that only development does. The Dockerfile copies it.
 *
 * `npm ci --omit=dev` alone keeps Prisma's command line and TypeScript, which are optional peers of
 * packages that run, and query compilers for five other databases: 421 MB instead of about 100.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COPIED = ['package.json', 'package-lock.json', 'LICENSE', 'dist', 'prisma/migrations'];

const [target] = process.argv.slice(2);
if (!target || existsSync(target) || !existsSync(join(ROOT, 'dist/cli.js'))) {
  process.stderr.write('Usage: npm run build && npm run assemble -- <a folder that does not exist>\n');
  process.exit(1);
}
const folder = resolve(target);
mkdirSync(folder, { recursive: true });
for (const path of COPIED) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
execFileSync('npm', ['ci', '--omit=dev', '--omit=optional', '--omit=peer', '--no-audit', '--no-fund', '--loglevel=error'], {
  cwd: folder,
  stdio: 'inherit',
});
removeOtherCompilers(join(folder, 'node_modules/@prisma/client/runtime'), loadedCompilers(join(folder, 'dist/generated')));
removeOtherBuilds(join(folder, 'node_modules/@opentelemetry'));

/** The query compiler's files that the generated client imports. */
function loadedCompilers(generated: string): ReadonlySet<string> {
  const files = readdirSync(generated, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.js'));
  const names = files.flatMap(file => readFileSync(join(generated, file), 'utf8').match(/runtime\/query_compiler_[\w.-]+js\b/g) ?? []);
  if (!names.length) throw new Error('the generated client imports no query compiler');
  return new Set(names.map(name => basename(name)));
}

/**
 * Removes what Node doesn't load of OpenTelemetry's packages: builds for bundlers, types and source
 * maps. What it loads is in `build/src`. `npm run production` sends spans, so that a package which
 * is arranged otherwise is noticed.
 */
function removeOtherBuilds(scope: string): void {
  for (const name of readdirSync(scope)) {
    for (const build of ['build/esm', 'build/esnext', 'build/browser']) rmSync(join(scope, name, build), { recursive: true, force: true });
    for (const file of readdirSync(join(scope, name), { recursive: true, encoding: 'utf8' }))
      if (/\.map$|\.d\.[cm]?ts$/.test(file)) rmSync(join(scope, name, file));
  }
}

function removeOtherCompilers(runtime: string, loaded: ReadonlySet<string>): void {
  for (const name of readdirSync(runtime))
    if (/^query_compiler_|^wasm-compiler-edge/.test(name) && !loaded.has(name)) rmSync(join(runtime, name));
}
