import type { Fault } from './table.ts';

const TOKENS = ['test/http/auth/token-cache'];
const PIPELINE = ['test/http/graphql/prepare'];
const LANES = ['test/database/driver/pipelined-reads'];
const TURNS = ['test/database/driver/wait-queue'];
const BY_DATABASE = ['test/executor/json-by-database', 'test/executor/same-bytes'];
const PLANS = ['test/executor'];

/** What is remembered, and the shorter way of the plain request. */
export const LEAN_FAULTS: readonly Fault[] = [
  { file: 'src/http/auth/token-cache.ts', find: ' && exp > now - clockSkew', plant: '', tests: TOKENS, short: true },
  { file: 'src/http/auth/token-cache.ts', find: 'keys === keysInForce() && exp', plant: 'exp', tests: TOKENS },
  {
    file: 'src/http/auth/token-cache.ts',
    find: 'if (keys) remembered.set(text, { ...verified, keys })',
    plant: 'remembered.set(text, { ...verified, keys: keys! })',
    tests: TOKENS,
  },
  {
    file: 'src/http/auth/token-cache.ts',
    find: 'remembered.get(text)',
    plant: 'remembered.get([...remembered.keys()][0] ?? text)',
    tests: TOKENS,
  },
  { file: 'src/http/auth/issuer-keys.ts', find: '(find.fresh && read.jwks) || null', plant: 'read.jwks ?? null', tests: TOKENS },
  {
    file: 'src/http/graphql/execute.ts',
    find: 'if (!isWithinLimits(operation, contextValue)) return null;',
    plant: '',
    tests: PIPELINE,
  },
  { file: 'src/http/graphql/prepare.ts', find: ' || !isCleanText(document, variables)', plant: '', tests: PIPELINE },
  { file: 'src/http/graphql/write.ts', find: 'Buffer.byteLength(text)', plant: 'text.length', tests: PIPELINE },
  { file: 'src/http/graphql/execute.ts', find: 'publicError(error, served)', plant: 'error', tests: ['test/http/graphql/faults'] },
  { file: 'src/executor/arguments.ts', find: 'value === undefined || value === null', plant: 'value === undefined', tests: PLANS },
  { file: 'src/executor/arguments.ts', find: 'given === undefined ? usual : given', plant: 'given ?? usual', tests: PLANS },
  { file: 'src/executor/arguments.ts', find: ' || bare.isOneOf', plant: '', tests: PLANS },
  { file: 'src/executor/arguments.ts', find: 'Object.hasOwn(variables, name) ?', plant: 'true ?', tests: PLANS },
  {
    file: 'src/http/server/respond.ts',
    find: '[...given, ...Object.entries(own).flat()]',
    plant: 'given',
    tests: ['test/http/server/server'],
  },
  {
    file: 'src/database/driver/message.ts',
    find: 'Buffer.byteLength(text) === text.length',
    plant: 'true',
    tests: ['test/database/driver/message'],
  },
  {
    file: 'src/database/driver/message.ts',
    find: 'int16(Number(Buffer.isBuffer(given)))',
    plant: 'int16(0)',
    tests: ['test/database/driver/message'],
  },
  {
    file: 'src/http/graphql/documents.ts',
    find: 'document && validated.has(document) ? document : undefined',
    plant: 'document',
    tests: PIPELINE,
  },
  { file: 'src/http/graphql/complexity.ts', find: 'varies = true', plant: 'varies = false', tests: ['test/http/graphql/complexity'] },
  {
    file: 'src/http/graphql/complexity.ts',
    find: 'known && !operation.variables.errors',
    plant: 'known',
    tests: ['test/http/graphql/complexity'],
  },
  {
    file: 'src/executor/response-writer.ts',
    find: 'if (!isAllowed(field.access, grant, row)) this',
    plant: 'if (false) this',
    tests: PLANS,
    short: true,
  },
  {
    file: 'src/access/is-allowed.ts',
    find: 'tenantOf(row as never) === tenantAccess.tenantId',
    plant: 'true',
    tests: ['test/access/is-allowed', ...PLANS],
    short: true,
  },
  {
    file: 'src/access/is-allowed.ts',
    find: 'if (tenantAccess === null) return false;',
    plant: 'if (tenantAccess === null) return true;',
    tests: ['test/access'],
  },
  {
    file: 'src/executor/permission-check.ts',
    find: 'cached.permissions !== grant.permissions',
    plant: 'false',
    tests: ['test/executor/permission-check'],
  },
  { file: 'src/executor/response-writer.ts', find: 'if (!isNullable) throw new UnsupportedValue();', plant: '', tests: PLANS },
  {
    file: 'src/executor/compile.ts',
    find: "if (selection.directives?.length) throw new UnsupportedDocument('directive');",
    plant: '',
    tests: PLANS,
  },
  {
    file: 'src/executor/json-shape.ts',
    find: '!isAllowed(field.access, into.grant, UNREAD_ROW)',
    plant: 'false',
    tests: BY_DATABASE,
  },
  { file: 'src/executor/json.ts', find: 'if (!pages.every(', plant: 'if (!pages.some(', tests: BY_DATABASE },
  {
    file: 'src/executor/json.ts',
    find: ' && (field.extensions as { isPage(args: object): boolean }).isPage(args)',
    plant: '',
    tests: ['test/proofs/refused-page'],
  },
  { file: 'src/database/sql/json-statement.ts', find: '(take as number) - 1', plant: 'take as number', tests: BY_DATABASE },
  {
    file: 'src/http/auth/optimistic-context.ts',
    find: ' === cached.result',
    plant: " !== ''",
    tests: ['test/http/auth/optimistic-context'],
    short: true,
  },
  {
    file: 'src/http/graphql/execute.ts',
    find: 'return isConfirmed ? text : null;',
    plant: 'return text;',
    tests: ['test/http/auth/optimistic-context'],
  },
  {
    file: 'src/access/refusal-payload.ts',
    find: 'requestId: request.requestId }',
    plant: "requestId: '' }",
    tests: ['test/http/graphql/answers'],
  },
  { file: 'src/database/driver/wait-queue.ts', find: ' || this.pool.waitingCount > this.#asks', plant: '', tests: TURNS },
  { file: 'src/database/driver/wait-queue.ts', find: '        this.#watchOver();', plant: '', tests: TURNS },
  { file: 'src/database/driver/wait-queue.ts', find: ' || !client.isOpen', plant: '', tests: TURNS },
  { file: 'src/database/driver/wait-queue.ts', find: ' && this.#waiting[0].since <= since', plant: '', tests: TURNS },
  { file: 'src/database/driver/wait-queue.ts', find: 'this.hooks.prepare(client);', plant: '', tests: TURNS },
  {
    file: 'src/database/driver/pool.ts',
    find: 'broken || !this.#waitQueue.pass(client)',
    plant: '!this.#waitQueue.pass(client)',
    tests: TURNS,
  },
  { file: 'src/database/driver/pipelined-reads.ts', find: '< STALL', plant: '< Number.POSITIVE_INFINITY', tests: LANES },
  {
    file: 'src/database/driver/pipelined-reads.ts',
    find: 'othersWait && this.#taken >= MAX_READS_WHEN_CONTENDED',
    plant: 'false',
    tests: LANES,
  },
  { file: 'src/database/driver/read-query.ts', find: 'this.settle(this.#unread, {', plant: 'this.settle(null, {', tests: LANES },
  { file: 'src/executor/variables.ts', find: 'variableDefinitions.every(isText)', plant: 'true', tests: ['test/executor/variables'] },
  { file: 'src/database/driver/read-query.ts', find: 'if (this.binding) {', plant: 'if (this.companion) {', tests: LANES },
  { file: 'src/database/driver/message.ts', find: 'serialize.sync()', plant: 'serialize.flush()', tests: LANES },
  {
    file: 'src/database/sql/template.ts',
    find: 'if (value === PLACEHOLDER.tenantId) return tenantId;',
    plant: '',
    tests: BY_DATABASE,
    short: true,
  },
  { file: 'src/executor/json.ts', find: 'if (!(name in target)) throw new DependsOnCaller();', plant: '', tests: BY_DATABASE },
  { file: 'src/executor/json.ts', find: 'every(value => value === tenantId)', plant: 'every(() => true)', tests: PLANS },
  {
    file: 'src/executor/compile.ts',
    find: 'hasVariables: hasVariable(nodes[0]!) ||',
    plant: 'hasVariables:',
    tests: [...PLANS, ...BY_DATABASE],
  },
];
