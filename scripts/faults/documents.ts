import { type Fault, newestMigration } from './fault.ts';

const TRUST = 'src/http/graphql/trusted-documents.ts';
const TESTS = ['test/http/graphql/trusted-documents'];
const DOMAIN = ['test/domain/trusted-document'];

/** Faults in trusted documents: whose they are, when they are retired, and what else may run. */
export const DOCUMENT_FAULTS: readonly Fault[] = [
  {
    file: 'packages/client/src/document.ts',
    find: 'hash.startsWith(PREFIX) ? hash : PREFIX + hash',
    plant: 'PREFIX + hash',
    tests: ['test/packages/client/request'],
  },
  // A text that one tenant has looked up would be everybody's.
  {
    file: TRUST,
    find: '    if (!context.documentsRevision) return null;\n',
    plant: '    if (this.#texts.has(hash)) return true;\n',
    tests: TESTS,
    short: true,
  },
  {
    file: TRUST,
    find: '[grant.tenantAccess?.tenantId, documentsRevision, ',
    plant: '[documentsRevision, ',
    tests: TESTS,
    short: true,
  },
  { file: TRUST, find: '?.tenantId, documentsRevision, ', plant: '?.tenantId, ', tests: TESTS, short: true },
  { file: TRUST, find: ' apiKey?.id, hash]', plant: ' hash]', tests: TESTS },
  // The transaction of a mutation doesn't confirm the revision.
  { file: TRUST, find: "operation.operation.operation === 'mutation' || ", plant: '', tests: TESTS },
  { file: TRUST, find: '      if (!isLive) throw retired();\n', plant: '', tests: TESTS, short: true },
  {
    file: TRUST,
    find: 'stricter(this.settings.mode, ',
    plant: '((_mode: DocumentMode, own: DocumentMode) => own)(this.settings.mode, ',
    tests: TESTS,
    short: true,
  },
  { file: TRUST, find: "grant.principal.kind === 'staff' ? 'off' : ", plant: '', tests: TESTS },
  { file: TRUST, find: 'definitions.length === 1 && ', plant: '', tests: TESTS },
  {
    file: TRUST,
    find: 'selection.kind === Kind.FIELD && REGISTRATIONS',
    plant: 'selection.kind !== Kind.FIELD || REGISTRATIONS',
    tests: TESTS,
  },
  { file: TRUST, find: '    this.#reported.set(key, true);\n', plant: '', tests: TESTS },
  {
    file: 'src/database/queries/trusted-document.ts',
    find: ' AND (api_key_id IS NULL OR api_key_id = $2::uuid)',
    plant: ' AND ($2::uuid IS NULL OR true)',
    tests: TESTS,
  },
  { file: 'src/domain/trusted-document/retire.ts', find: '      await noteChange(command);\n', plant: '', tests: TESTS, short: true },
  { file: 'src/domain/trusted-document/version.ts', find: 'documentsRevision + 1', plant: '1', tests: TESTS },
  { file: 'src/domain/trusted-document/register.ts', find: '    checkVersion(present, apiKeyId);\n', plant: '', tests: DOMAIN },
  { file: 'src/domain/trusted-document/register.ts', find: "  checkAlso('api-key:update', command);\n", plant: '', tests: DOMAIN },
  {
    file: 'src/domain/trusted-document/manifest.ts',
    find: '    if (documentHash(text) !== hash) throw',
    plant: '    if (!hash) throw',
    tests: DOMAIN,
  },
  { file: 'src/http/graphql/shared-answer.ts', find: '(parent === root && !field.extensions.isShared)', plant: 'false', tests: TESTS },
  {
    file: 'src/http/graphql/shared-answer.ts',
    find: '  const headers = isOperators\n',
    plant: '  const headers = isOperators || !isOperators\n',
    tests: TESTS,
  },
  {
    file: 'src/http/graphql/document-id.ts',
    find: "'documentId' in parameters && documentId == null ? rest : parameters",
    plant: 'parameters',
    tests: ['test/isolation/tenant-slug'],
  },
  { file: 'src/http/graphql/document-id.ts', find: 'return hasDocuments ? ', plant: 'return true ? ', tests: TESTS },
  {
    file: 'src/http/graphql/handler.ts',
    find: '      checkSlug(slugIn(text), context);\n',
    plant: '',
    tests: TESTS,
  },
  { file: 'src/access/document-mode.ts', find: 'indexOf(one) > DOCUMENT_MODES', plant: 'indexOf(one) < DOCUMENT_MODES', tests: TESTS },
  // Other variables than page sizes would count.
  { file: 'src/http/graphql/examine.ts', find: 'const LARGEST = 100;', plant: 'const LARGEST = 20;', tests: DOMAIN },
  {
    file: 'src/http/graphql/examine.ts',
    find: '    examined.set(document, examination);\n',
    plant: '    examined.set(document, { ...examination, cost: 0 });\n',
    tests: DOMAIN,
  },
  { file: 'src/executor/forecast.ts', find: ' : this.#typesIn(nodes));', plant: ' : []);', tests: ['test/access/audience'] },
  { file: 'src/access/audience.ts', find: 'roles: [role] }', plant: 'roles: ROLES }', tests: ['test/access/audience'] },
  {
    file: newestMigration('CREATE TABLE trusted_document'),
    find: 'ALTER TABLE trusted_document FORCE ROW LEVEL SECURITY;\n',
    plant: '',
    tests: ['test/database/schema/catalogue'],
  },
];
