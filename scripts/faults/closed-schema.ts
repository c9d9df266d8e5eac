import type { Fault } from './fault.ts';

const TESTS = ['test/http/graphql/closed-schema'];

/** Faults in who may read the schema. */
export const CLOSED_SCHEMA_FAULTS: readonly Fault[] = [
  { file: 'src/access/introspection.ts', find: " && grant.principal.kind !== 'nobody')", plant: ')', tests: TESTS, short: true },
  { file: 'src/http/graphql/closed-schema.ts', find: "new Set(['__schema', ", plant: 'new Set([', tests: TESTS },
  { file: 'src/http/graphql/closed-schema.ts', find: ", '_service'])", plant: '])', tests: ['test/graphql/subgraph'], short: true },
  // Validation is cached for all callers: a document of a signed-in one would be executed.
  {
    file: 'src/http/graphql/closed-schema.ts',
    find: '!mayIntrospect(caller) && isIntrospecting(document)',
    plant: 'false',
    tests: TESTS,
    short: true,
  },
  {
    file: 'src/http/graphql/closed-schema.ts',
    find: '    introspecting.set(document, found);\n',
    plant: '    introspecting.set(document, false);\n',
    tests: TESTS,
  },
  {
    file: 'src/http/graphql/execute.ts',
    find: 'isClosedTo(operation.document, contextValue) ? null : priceOf',
    plant: 'priceOf',
    tests: TESTS,
  },
  { file: 'src/http/graphql/errors.ts', find: 'const errors = hideSchema(all, form);', plant: 'const errors = all;', tests: TESTS },
  {
    file: 'src/http/graphql/valid-document.ts',
    find: '  const errors = hideSchema(all, caller);\n',
    plant: '  const errors = all;\n',
    tests: TESTS,
  },
  {
    file: 'src/http/graphql/valid-document.ts',
    find: '    if (isClosedTo(document, caller)) throw',
    plant: '    if (!document) throw',
    tests: TESTS,
  },
  {
    file: 'src/http/routes/schema-text.ts',
    find: '    if (!isPublic) await checkReader(options, request, response, served);\n    printed ??= print(options.schema);\n',
    plant:
      '    if (!isPublic && !printed) await checkReader(options, request, response, served);\n    printed ??= print(options.schema);\n',
    tests: TESTS,
  },
];
