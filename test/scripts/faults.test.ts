import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FAULTS } from '../../scripts/faults/all.ts';

/** A planted fault whose text no longer occurs proves nothing. `npm run faults` takes an hour. */
test.each(FAULTS.map(({ file, find }) => [file, find]))('the text of a planted fault occurs once in the code: %s, %j', (file, find) => {
  expect(readFileSync(file, 'utf8').split(find)).toHaveLength(2);
});

const MIGRATIONS = 'prisma/migrations';
const later = (file: string) =>
  readdirSync(MIGRATIONS)
    .filter(name => !name.includes('.'))
    .map(name => `${MIGRATIONS}/${name}/migration.sql`)
    .filter(other => other > file);

/** The SQL function whose body contains a position in a migration, if any. */
function functionAt(file: string, find: string): string | undefined {
  const before = readFileSync(file, 'utf8').split(find)[0]!;
  return /.*FUNCTION (?:public\.)?(\w+)\((?!.*\$\$;).*$/s.exec(before)?.[1];
}

test.each(FAULTS.filter(({ file }) => file.startsWith(MIGRATIONS)).map(({ file, find }) => [file, find]))(
  "a later migration doesn't replace a function with a planted fault: %s, %j",
  (file, find) => {
    const name = functionAt(file, find);
    const made = new RegExp(`CREATE (OR REPLACE )?FUNCTION (public\\.)?${name}\\(`);
    expect(later(file).filter(other => made.test(readFileSync(other, 'utf8')))).toEqual([]);
  },
);
