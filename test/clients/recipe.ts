import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The code of a recipe of docs/clients.md. */
export async function recipeOf(name: string): Promise<string> {
  const page = await readFile(path.join(ROOT, 'docs/clients.md'), 'utf8');
  return new RegExp(`<!-- test: ${name} -->\n\`\`\`ts\n([\\s\\S]*?)\`\`\`\n`).exec(page)![1]!;
}

/** What the TypeScript compiler says of files of a folder. */
export async function typeErrors(folder: string, files: readonly string[]): Promise<string> {
  const options = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2022',
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: ['node'],
  };
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }));
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
  const { stdout } = await promisify(execFile)(path.join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder]).catch(error => error);
  return stdout;
}
