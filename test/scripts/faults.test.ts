import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FAULTS } from '../../scripts/faults/all.ts';

/** A fault that no longer fits the code proves nothing: `npm run faults` plants each, which takes an hour, and would say so only then. */
test.each(FAULTS.map(({ file, find }) => [file, find]))('a fault that is planted stands once in the code: %s, %j', (file, find) => {
  expect(readFileSync(file, 'utf8').split(find)).toHaveLength(2);
});
