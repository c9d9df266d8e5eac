import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { useResource } from '../../support/resource.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);

/** A folder of a project that has @ipto/client installed, as `npm pack` would have it. */
export type BuiltClient = {
  readonly folder: string;
  /** The compiler's messages about files of the folder; empty if there are none. */
  typeErrors(files: readonly string[]): Promise<string>;
};

/** Builds the client for a test file; see {@link useResource}. */
export const useBuiltClient = (): BuiltClient => useResource(build, ({ folder }) => rm(folder, { recursive: true, force: true }));

async function build(): Promise<BuiltClient> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ipto-client-'));
  const home = path.join(folder, 'node_modules/@ipto/client');
  await mkdir(home, { recursive: true });
  await tsc('-p', path.join(ROOT, 'packages/client'), '--outDir', path.join(home, 'dist'));
  await cp(path.join(ROOT, 'packages/client/package.json'), path.join(home, 'package.json'));
  for (const name of ['graphql', 'eventsource-parser', '@types', 'undici-types', 'tsx', '.bin'])
    await symlink(path.join(ROOT, 'node_modules', name), path.join(folder, 'node_modules', name));
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
  const options = [
    '--ignoreConfig',
    '--strict',
    '--noEmit',
    '--allowImportingTsExtensions',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    'node',
  ];
  return {
    folder,
    typeErrors: files =>
      tsc(...options, ...files.map(file => path.join(folder, file))).then(
        () => '',
        ({ stdout }) => stdout,
      ),
  };
}

const tsc = (...args: readonly string[]) => run(process.execPath, [path.join(ROOT, 'node_modules/typescript/bin/tsc'), ...args]);
