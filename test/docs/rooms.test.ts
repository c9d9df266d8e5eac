import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const page = (name: string) => readFileSync(ROOT + name, 'utf8');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(`${ROOT}docs`).flatMap(name => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

describe('the pages', () => {
  test.each(PAGES)('%s names files that exist', name => {
    const named = [...page(name).matchAll(/(?<![\w/.<-])((?:src|test|scripts|prisma|bench)\/[\w./-]+\.\w+)\b/g)].map(([, file]) => file!);
    expect(named.filter(file => !existsSync(ROOT + file))).toEqual([]);
  });

  test.each(['docs/request.md', 'docs/glossary.md'])('%s names files of src that exist', name => {
    const rooms = 'access|database|domain|executor|graphql|http|jobs|mail|store';
    const named = [...page(name).matchAll(new RegExp(String.raw`(?<![\w/.<-])((?:${rooms})/[\w./-]+\.ts)\b`, 'g'))].map(
      ([, file]) => file!,
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(file => !existsSync(`${ROOT}src/${file}`))).toEqual([]);
  });
});

/** The table of rooms in docs/request.md. */
const TABLE = page('docs/request.md').split('| room | may import |')[1]!.split('\n\n')[0]!;

/** What each room may import, as paths inside of src; null for everything. */
const ROOMS = new Map(
  [...TABLE.matchAll(/^\| (`.+?) \| (.+) \|$/gm)].flatMap(([, rooms, imports]) =>
    quoted(rooms!).map(room => [room, imports === 'everything' ? null : quoted(imports!).map(path => path.replace(/^src\//, ''))] as const),
  ),
);

function quoted(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
}

const isIn = (file: string, path: string) => file === path || file.startsWith(`${path}/`);
const roomOf = (file: string) =>
  [...ROOMS.keys()].sort((a, b) => b.length - a.length).find(room => isIn(file, room)) ??
  (file.startsWith('database/') ? 'database/index.ts' : null);

/** Imports of a file of src, as paths inside of src. */
const importsOf = (file: string): readonly string[] =>
  [...readFileSync(`${ROOT}src/${file}`, 'utf8').matchAll(/(?:from|import) '(\.[^']+)'/g)].map(([, path]) =>
    relative(`${ROOT}src`, join(`${ROOT}src`, dirname(file), path!)),
  );

describe('the table of rooms in docs/request.md', () => {
  const files = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' }).filter(
    name => name.endsWith('.ts') && !name.startsWith('generated'),
  );

  test('has a row for every file', () => {
    expect(files.filter(file => !/^(config(-\w+)?|cli)\.ts$/.test(file) && !roomOf(file))).toEqual([]);
  });

  test('allows every import between rooms', () => {
    const refused = files.flatMap(file => {
      const room = roomOf(file);
      const allowed = room ? ROOMS.get(room) : null;
      if (!allowed) return [];
      return importsOf(file)
        .filter(target => roomOf(target) !== room && !allowed.some(path => isIn(target, path)))
        .map(target => `${file} imports ${target}`);
    });
    expect(refused).toEqual([]);
  });
});
