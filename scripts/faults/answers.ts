import type { Fault } from './fault.ts';

const GROUPED = ['test/access/grouped-refusals', 'test/http/graphql/grouped-refusals'];

/** Faults of what a response says of refusals. */
export const ANSWER_FAULTS: readonly Fault[] = [
  { file: 'src/access/grouped-refusals.ts', find: "typeof step === 'number' ? '*' : step", plant: 'step', tests: GROUPED },
  { file: 'src/access/grouped-refusals.ts', find: 'refusal.extensions.permission', plant: "''", tests: GROUPED },
  { file: 'src/access/grouped-refusals.ts', find: 'group.count += 1', plant: '', tests: GROUPED, short: true },
  { file: 'src/access/grouped-refusals.ts', find: 'if (isBefore(', plant: 'if (!isBefore(', tests: GROUPED },
  { file: 'src/access/grouped-refusals.ts', find: '.sort(([a], [b]) => (a < b ? -1 : 1))', plant: '', tests: GROUPED },
  {
    file: 'src/executor/response-writer.ts',
    find: 'execution.context.groupsRefusals ? groupRefusals(errors) : errors',
    plant: 'errors',
    tests: GROUPED,
  },
  { file: 'src/http/graphql/errors.ts', find: 'errors.filter(error => !isRefusal(error))', plant: 'errors', tests: GROUPED },
  { file: 'src/http/auth/request-context.ts', find: "form !== undefined && form !== 'grouped'", plant: 'false', tests: GROUPED },
];
