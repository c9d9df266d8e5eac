import type { Fault } from './fault.ts';

/** Faults in query plans and the JSON that they write. */
export const EXECUTOR_FAULTS: readonly Fault[] = [
  {
    file: 'src/graphql/core/related-page.ts',
    find: 'selectionOf(options, args, condition, inside)',
    plant: 'selectionOf(options, args, {}, inside)',
    tests: ['test/executor/json-by-database'],
  },
  {
    file: 'src/graphql/retrieval/usage.ts',
    find: 'return period && within(period);',
    plant: 'return within(period ?? {});',
    tests: ['test/executor/json-by-database'],
  },
  {
    file: 'src/executor/executor.ts',
    find: '        if (isFinal(error)) throw error;\n',
    plant: '',
    tests: ['test/http/server/slow-database'],
  },
  {
    file: 'src/executor/capture.ts',
    find: 'if (!pages.every(',
    plant: 'if (!pages.some(',
    tests: ['test/executor/json-by-database', 'test/executor/same-bytes'],
  },
  {
    file: 'src/executor/capture.ts',
    find: ' && extensionsOf(field).page!.isValid(args)',
    plant: '',
    tests: ['test/proofs/refused-page'],
  },
  {
    file: 'src/executor/capture.ts',
    find: 'if (!(name in target)) throw new DependsOnCaller();',
    plant: '',
    tests: ['test/executor/json-by-database', 'test/executor/same-bytes'],
  },
  { file: 'src/executor/collect.ts', find: 'spread.has(selection.name.value)', plant: 'false', tests: ['test/proofs/spread-twice'] },
  {
    file: 'src/executor/collect.ts',
    find: "if (selection.directives?.length) throw new Unsupported('directive');",
    plant: '',
    tests: ['test/executor'],
  },
  {
    file: 'src/executor/compile.ts',
    find: 'basics.hasVariables || (objectOf(shape)?.fields.some(inner => inner.hasVariables) ?? false)',
    plant: 'basics.hasVariables',
    tests: ['test/executor', 'test/executor/json-by-database', 'test/executor/same-bytes'],
  },
  {
    file: 'src/executor/json-plan.ts',
    find: '!isAllowed(field.access, into.grant, UNREAD_ROW)',
    plant: 'false',
    tests: ['test/executor/json-by-database', 'test/executor/same-bytes'],
  },
  { file: 'src/executor/json.ts', find: 'every(value => value === tenantId)', plant: 'every(() => true)', tests: ['test/executor'] },
  {
    file: 'src/executor/marks.ts',
    find: 'JSON.stringify(JSON.parse(parts[at]!))',
    plant: 'parts[at]!',
    tests: ['test/executor/json-by-database'],
  },
  {
    file: 'src/database/sql/json-page-info.ts',
    find: '(count(*) > ',
    plant: '(count(*) >= ',
    tests: ['test/executor/json-by-database'],
  },
  {
    file: 'src/database/sql/json-page-info.ts',
    find: 'least(1, ',
    plant: 'greatest(1, ',
    tests: ['test/executor/json-by-database'],
  },
  {
    file: 'src/executor/marks.ts',
    find: '        indices.fill(-1, mark.list + 1, mark.lastNested + 1);\n',
    plant: '',
    tests: ['test/executor/marks'],
  },
  {
    file: 'src/executor/permission-check.ts',
    find: 'cached.permissions !== grant.permissions',
    plant: 'false',
    tests: ['test/executor/permission-check'],
  },
  {
    file: 'src/executor/response-writer.ts',
    find: 'if (!isAllowed(field.access, grant, row)) {',
    plant: 'if (!grant) {',
    tests: ['test/executor'],
    short: true,
  },
  {
    file: 'src/executor/response-writer.ts',
    find: "    if (value === null || value === undefined) {\n      if (!isNullable) throw new Unsupported('value');",
    plant: '    if (value === null || value === undefined) {',
    tests: ['test/executor'],
  },
];
