import type { Fault } from './fault.ts';

const GROUPED = ['test/access/grouped-refusals', 'test/http/graphql/grouped-refusals'];

const EXPLAINED = ['test/graphql/explanation/explain'];
const FORECAST = ['test/proofs/forecast'];
const ABSENCE = ['test/graphql/core/absence'];
const SCHEMA_TEXT = ['test/http/routes/schema-text'];

/** Faults of what a response, and an explanation, say of refusals. */
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
  { file: 'src/http/graphql/errors.ts', find: 'shown.filter((_, at) => !isRefusal(errors[at]!))', plant: 'shown', tests: GROUPED },
  { file: 'src/http/auth/request-context.ts', find: "form !== undefined && form !== 'grouped'", plant: 'false', tests: GROUPED },
  { file: 'src/executor/forecast.ts', find: "'.*'.repeat(listDepth(field.type))", plant: "''", tests: EXPLAINED, short: true },
  { file: 'src/executor/forecast.ts', find: 'field && this.#permits(field, prefix + key)', plant: 'field', tests: EXPLAINED },
  {
    file: 'src/executor/forecast.ts',
    find: ' && this.#permits(object.getFields().id!, pattern)',
    plant: '',
    tests: FORECAST,
  },
  {
    file: 'src/executor/forecast.ts',
    find: 'this.#fragments, this.variables ?? {}, root,',
    plant: 'this.#fragments, {}, root,',
    tests: FORECAST,
  },
  { file: 'src/http/graphql/explain.ts', find: 'if (limits.length) throw failure(limits, contextValue);', plant: '', tests: EXPLAINED },
  { file: 'src/http/graphql/explain.ts', find: '(explained.get(context) ?? text) !== text', plant: 'false', tests: EXPLAINED },
  { file: 'src/http/graphql/valid-document.ts', find: 'if (errors.length) throw failure(errors, caller);', plant: '', tests: EXPLAINED },
  { file: 'src/graphql/explanation/explanation.ts', find: 'multiplier: 0', plant: 'multiplier: 1', tests: EXPLAINED },
  { file: 'src/http/routes/schema-text.ts', find: "['*', etag].includes(", plant: '[etag].includes(', tests: SCHEMA_TEXT },
  { file: 'src/graphql/core/absence.ts', find: "'code targetType targetId before after'", plant: "'code before after'", tests: ABSENCE },
  { file: 'src/graphql/core/absence.ts', find: 'if (declared.size) throw', plant: 'if (false) throw', tests: ABSENCE },
  { file: 'src/graphql/core/absence.ts', find: "'endedAt objects'", plant: "'endedAt objects title'", tests: ABSENCE },
  { file: 'src/graphql/core/absence.ts', find: "  CreateDatasetPayload:            'dataset',\n", plant: '', tests: ABSENCE },
];
