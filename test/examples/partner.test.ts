import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useBuiltClient } from '../packages/client/built.ts';
import { commandsIn, hasCurl, runCommand } from '../support/commands.ts';
import { useDemo } from '../support/demo.ts';

const COMMANDS = commandsIn('examples/partner/README.md');
const HOME = path.resolve(import.meta.dirname, '../../examples/partner');
const hasPython = ['/usr/bin/python3', '/usr/local/bin/python3', '/opt/homebrew/bin/python3'].some(file => existsSync(file));
const isReady = hasCurl && hasPython;

describe.skipIf(!isReady && !process.env.CI)('the partner example, as its page says, at the demo', () => {
  const built = useBuiltClient();
  const demo = useDemo();
  let folder: string;
  let credentials: string;

  beforeAll(async () => {
    credentials = await newKey();
    folder = await mkdtemp(path.join(tmpdir(), 'ipto-partner-'));
    // As `npm ci` installs it: with the client that was built.
    const home = path.join(built.folder, 'partner');
    await mkdir(home);
    for (const name of ['package.json', 'tsconfig.json', 'src'])
      await cp(path.join(HOME, name), path.join(home, name), { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Creates an API key as the page does. */
  async function newKey(): Promise<string> {
    const { stdout } = await runCommand(`${COMMANDS.get('key')}\necho $IPTO_KEY`, demo);
    return `export IPTO_URL=${demo.demo.url}/graphql IPTO_KEY=${stdout.trim()}`;
  }

  /** Runs a command of the page with its key; `words` and `to` are its arguments. */
  async function run(name: 'typescript' | 'python', words: string, to: string): Promise<string[]> {
    const command = COMMANDS.get(name)!
      .replace('--prefix examples/partner', `--prefix ${built.folder}/partner`)
      .replace(/(weather|footfall) .*\n/, `'${words}' ${to}\n`);
    const { stdout, stderr } = await runCommand(`${credentials}\n${command}`, demo);
    expect(stderr).toBe('');
    return stdout.trim().split('\n');
  }

  const retrievals = (lines: readonly string[]) => Number(/Retrievals this month: (\d+)/.exec(lines.join('\n'))![1]);

  test('has no type errors', async () => {
    const files = await readdir(path.join(built.folder, 'partner/src'));
    expect(await built.typeErrors(files.filter(file => file.endsWith('.ts')).map(file => `partner/src/${file}`))).toBe('');
  });

  describe.each([
    ['typescript', 'weather', ['lisbon.csv', 'oslo.csv', 'vienna.csv'], 'footfall', ['footfall.csv']],
    ['python', 'weather', ['lisbon.csv', 'oslo.csv', 'vienna.csv'], 'charging', ['stations.csv']],
  ] as const)('in %s', (name, owned, files, other, otherFiles) => {
    let before: number;

    // A key of its own: the same key would get what the other program has retrieved today.
    beforeAll(async () => {
      credentials = await newKey();
    });

    test('M1, M2, M3: acquires a listing that it finds, and downloads its files', async () => {
      const to = path.join(folder, name, other);
      before = retrievals(await run(name, other, to));
      expect((await readdir(to)).sort()).toEqual(['.events', ...otherFiles]);
    });

    test('downloads what the tenant is entitled to already, and is not charged when it starts again', async () => {
      const to = path.join(folder, name, owned);
      const lines = await run(name, owned, to);
      for (const file of files) expect(lines).toContainEqual(expect.stringMatching(`${file}: \\d+ bytes, checksum verified`));
      expect(retrievals(lines)).toBe(before + files.length);
      expect(await readFile(path.join(to, 'oslo.csv'), 'utf8')).toMatch(/^city,hour_utc,celsius,wind_m_s\nOslo,/);

      await rm(path.join(to, 'oslo.csv'));
      const again = await run(name, owned, to);
      expect(retrievals(again)).toBe(before + files.length);
      expect((await readdir(to)).sort()).toEqual(['.events', ...files]);

      // An event of each retrieval, once.
      for (const file of files) expect(lines.filter(line => line.trim() === `USAGE_RECORDED ${file}`)).not.toEqual([]);
      expect(again.filter(line => line.includes('USAGE_RECORDED'))).toEqual([]);
    });

    test('finds nothing, and says so', async () => {
      const failure = await run(name, 'unheard of', folder).catch(error => error);
      expect(failure.stderr).toMatch(/^(The marketplace has nothing about "unheard of"|Nothing was found)\.\n$/);
    });
  });

  test('prints what the page shows, but for the numbers of the month', async () => {
    const lines = await run('typescript', 'weather', path.join(folder, 'shown'));
    const [, shown = ''] = /-- weather .*\n```\n\n```\n([\s\S]*?)```/.exec(await readFile(path.join(HOME, 'README.md'), 'utf8')) ?? [];
    const isEvent = (line: string) => /^ {2}[A-Z_]+ /.test(line);
    const other = (all: readonly string[]) =>
      all.filter(line => !isEvent(line)).map(line => line.replace(/month: [\d.]+/g, 'month: n').replace(/, [\d.]+ USD/, ''));
    expect(other(lines)).toEqual(other(shown.trim().split('\n')));
    // Here other tests have bought as well.
    expect(lines.filter(isEvent)).toEqual(expect.arrayContaining(shown.split('\n').filter(isEvent)));
  });

  test('a part of an earlier start that is damaged is removed, and the next start succeeds', async () => {
    const to = path.join(folder, 'damaged');
    await run('typescript', 'footfall', to);
    const file = 'footfall.csv';
    const whole = await readFile(path.join(to, file));
    await rm(path.join(to, file));
    const part = path.join(to, `${file}.${createHash('sha256').update(whole).digest('hex').slice(0, 16)}.part`);
    for (const name of ['typescript', 'python'] as const) {
      await writeFile(part, Buffer.concat([Buffer.from('?'), whole.subarray(1, 30)]));
      const failure = await run(name, 'footfall', to).catch(error => error);
      expect(failure.stderr).toMatch(/Start again|start again/);
      expect(await readdir(to)).toEqual(['.events']);
      await run(name, 'footfall', to);
      expect(await readFile(path.join(to, file))).toEqual(whole);
      await rm(path.join(to, file));
    }
  });
});
