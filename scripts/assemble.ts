import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isLeftOut } from './left-out.ts';

/**
 * `npm run assemble -- <folder>`, after `npm run build`: a new folder with what production needs,
 * and nothing that only development does. The Dockerfile copies it.
 *
 * `npm ci --omit=dev` alone keeps the packages that are in `dist` already, Prisma's command line
 * and TypeScript, which are optional peers of packages that run, and query compilers for five other
 * databases: 421 MB instead of about 70.
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
keepLeftOut(join(folder, 'package.json'));
execFileSync('npm', ['install', '--omit=dev', '--omit=optional', '--omit=peer', '--no-audit', '--no-fund', '--loglevel=error'], {
  cwd: folder,
  stdio: 'inherit',
});
// Scanners of an image read the packages in `dist` here.
writeFileSync(
  join(folder, 'sbom.cdx.json'),
  execFileSync('npm', ['sbom', '--omit=dev', '--package-lock-only', '--sbom-format=cyclonedx'], { cwd: ROOT, maxBuffer: 100_000_000 }),
);
removeOtherCompilers(join(folder, 'node_modules/@prisma/client/runtime'), loadedCompilers(join(folder, 'dist')));

/** Drops the packages that are in `dist`; the lock file has the versions of the others. */
function keepLeftOut(file: string): void {
  const { devDependencies: _, dependencies, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
  const kept = Object.fromEntries(Object.entries(dependencies).filter(([name]) => isLeftOut(name)));
  writeFileSync(file, `${JSON.stringify({ ...rest, dependencies: kept }, null, 2)}\n`);
}

/** The query compiler's files that the generated client imports. */
function loadedCompilers(generated: string): ReadonlySet<string> {
  const files = readdirSync(generated, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.js'));
  const names = files.flatMap(file => readFileSync(join(generated, file), 'utf8').match(/runtime\/query_compiler_[\w.-]+js\b/g) ?? []);
  if (!names.length) throw new Error('the generated client imports no query compiler');
  return new Set(names.map(name => basename(name)));
}

function removeOtherCompilers(runtime: string, loaded: ReadonlySet<string>): void {
  for (const name of readdirSync(runtime))
    if (/^query_compiler_|^wasm-compiler-edge/.test(name) && !loaded.has(name)) rmSync(join(runtime, name));
}
