import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { LEFT_OUT } from './left-out.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');

const namesIn = (folder: string) => readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' }).map(name => join(folder, name));

/** The files of the nouns, which `graphql/nouns.ts` looks for in the folder. */
const NOUNS = namesIn('graphql')
  .filter(name => /^graphql\/[\w-]+\/[\w-]+\.ts$/.test(name))
  .sort();

/**
 * The nouns, imported by name. As files of their own, each with what only some of them share, they
 * were 250 of the files that a start loads.
 */
const nouns: Plugin = {
  name: 'nouns',
  setup({ onLoad }) {
    const contents = NOUNS.map(name => `import './${relative('graphql', name)}';`).join('\n');
    onLoad({ filter: /\/graphql\/nouns\.ts$/ }, () => ({ contents, loader: 'ts', resolveDir: join(SRC, 'graphql') }));
  },
};

/** The command line, and what the bench starts its database with. */
const ENTRIES = ['cli.ts', 'database/admin/migrate.ts', 'demo/postgres/embedded.ts'];

/** What is copied as it is. */
const COPIED = ['http/routes/pages/browser', 'http/routes/pages/templates'];

/**
 * A source that finds files by its own place finds them by the place that it would have in `dist`,
 * whichever file it becomes part of: `MARK` + that place + `"`, until the outputs are written.
 */
const MARK = '"place in dist: ';
const places: Plugin = {
  name: 'places',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!path.startsWith(SRC) || !text.includes('import.meta.url')) return undefined;
      const place = `${MARK}${relative(SRC, path).replace(/\.ts$/, '.js')}"`;
      return { contents: text.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`), loader: 'ts' };
    });
  },
};

const fromHere = (file: string, place: string): string => {
  const path = relative(dirname(file), place);
  return JSON.stringify(path.startsWith('.') ? path : `./${path}`);
};

/**
 * Builds the gateway with most of its packages: a few dozen files in a folder `dist` of the
 * repository. Loading 1,700 files took most of the time until the first answer (decision 69).
 */
export async function bundle(dist: string): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES.map(name => join(SRC, name)),
    outbase: SRC,
    outdir: dist,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    conditions: ['module'],
    external: [...LEFT_OUT],
    // Packages in the older form of modules ask for Node's modules with `require`.
    banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
    plugins: [nouns, places],
    logLevel: 'warning',
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    const parts = text.split(MARK);
    const placed = parts.slice(1).map(part => {
      const end = part.indexOf('"');
      return fromHere(path, join(dist, part.slice(0, end))) + part.slice(end + 1);
    });
    writeFileSync(path, parts[0] + placed.join(''));
  }
  for (const folder of COPIED) cpSync(join(SRC, folder), join(dist, folder), { recursive: true });
  chmodSync(resolve(dist, 'cli.js'), 0o755);
}
