import type { Fault } from './table.ts';

const TOKENS = ['test/http/remembered-tokens'];
const PLAIN = ['test/http/plain'];
const CHANGE = ['test/http/foreseen-change'];
const LANES = ['test/database/lanes'];
const BY_DATABASE = ['test/http/json-by-database', 'test/http/same-bytes'];
const PLANS = ['test/graphql/compiled'];

/** What is remembered, and the shorter way of the plain request. */
export const LEAN_FAULTS: readonly Fault[] = [
  { file: 'src/http/remembered-tokens.ts', find: ' && exp > now - clockSkew', plant: '', tests: TOKENS, short: true },
  { file: 'src/http/remembered-tokens.ts', find: 'keys === keysInForce() && exp', plant: 'exp', tests: TOKENS },
  {
    file: 'src/http/remembered-tokens.ts',
    find: 'if (keys) remembered.set(text, { ...verified, keys })',
    plant: 'remembered.set(text, { ...verified, keys: keys! })',
    tests: TOKENS,
  },
  {
    file: 'src/http/remembered-tokens.ts',
    find: 'remembered.get(text)',
    plant: 'remembered.get([...remembered.keys()][0] ?? text)',
    tests: TOKENS,
  },
  { file: 'src/http/issuer-keys.ts', find: '(find.fresh && read.jwks) || null', plant: 'read.jwks ?? null', tests: TOKENS },
  { file: 'src/http/plain.ts', find: ' || !isWithin(plainly, contextValue)) return false', plant: ') return false', tests: PLAIN },
  { file: 'src/http/plain.ts', find: ' || !isCleanText(document, variableValues)', plant: '', tests: PLAIN },
  { file: 'src/http/plain.ts', find: 'Buffer.byteLength(text)', plant: 'text.length', tests: PLAIN },
  { file: 'src/http/plain.ts', find: 'publicError(error, served)', plant: 'error', tests: ['test/http/faults'] },
  { file: 'src/graphql/compiled/arguments.ts', find: 'value === undefined || value === null', plant: 'value === undefined', tests: PLANS },
  { file: 'src/graphql/compiled/arguments.ts', find: 'given === undefined ? usual : given', plant: 'given ?? usual', tests: PLANS },
  { file: 'src/graphql/compiled/arguments.ts', find: ' || bare.isOneOf', plant: '', tests: PLANS },
  {
    file: 'src/database/message.ts',
    find: 'Buffer.byteLength(written) === written.length',
    plant: 'true',
    tests: ['test/database/message'],
  },
  { file: 'src/database/message.ts', find: 'int16(Number(Buffer.isBuffer(given)))', plant: 'int16(0)', tests: ['test/database/message'] },
  { file: 'src/http/documents.ts', find: 'document && passed.has(document) ? document : undefined', plant: 'document', tests: PLAIN },
  { file: 'src/http/cost.ts', find: 'varies = true', plant: 'varies = false', tests: ['test/http/cost'] },
  { file: 'src/http/cost.ts', find: 'known && !question.variables(place.schema).errors', plant: 'known', tests: ['test/http/cost'] },
  {
    file: 'src/graphql/compiled/answer.ts',
    find: 'field.permission !== null && !this.asking.context.grant.permissions.has(field.permission)',
    plant: 'false',
    tests: PLANS,
    short: true,
  },
  { file: 'src/graphql/compiled/answer.ts', find: 'tenantOf(row as never) !== this.#tenantId', plant: 'false', tests: PLANS },
  { file: 'src/graphql/compiled/answer.ts', find: 'if (!isNullable) throw new Unusual();', plant: '', tests: PLANS },
  {
    file: 'src/graphql/compiled/compile.ts',
    find: "if (selection.directives?.length) throw new Uncompiled('directive');",
    plant: '',
    tests: PLANS,
  },
  {
    file: 'src/graphql/compiled/shape.ts',
    find: 'field.permission !== null && !into.permissions.has(field.permission)',
    plant: 'false',
    tests: BY_DATABASE,
  },
  { file: 'src/graphql/compiled/json.ts', find: 'if (pages.some(', plant: 'if (pages.every(', tests: BY_DATABASE },
  { file: 'src/database/read/shape.ts', find: '(take as number) - 1', plant: 'take as number', tests: BY_DATABASE },
  { file: 'src/http/tenant-context.ts', find: ' === sight.said', plant: " !== ''", tests: ['test/http/foreseen'], short: true },
  {
    file: 'src/http/plain.ts',
    find: 'return holdsSo ? text : null;',
    plant: 'return text;',
    tests: ['test/http/foreseen'],
  },
  { file: 'src/graphql/refuse.ts', find: 'requestId: context.requestId }', plant: "requestId: '' }", tests: ['test/http/answers'] },
  { file: 'src/database/lanes.ts', find: '< STALL', plant: '< Number.POSITIVE_INFINITY', tests: LANES },
  { file: 'src/database/lanes.ts', find: 'othersWait && this.#taken >= LIFE', plant: 'false', tests: LANES },
  { file: 'src/database/reading.ts', find: 'this.settle(this.#unread, {', plant: 'this.settle(null, {', tests: LANES },
  { file: 'src/graphql/variables.ts', find: 'variableDefinitions.every(isText)', plant: 'true', tests: ['test/graphql/variables'] },
  { file: 'src/database/reading.ts', find: 'if (this.binding) {', plant: 'if (this.companion) {', tests: LANES },
  { file: 'src/database/message.ts', find: 'serialize.sync()', plant: 'serialize.flush()', tests: LANES },
  {
    file: 'src/database/read/template.ts',
    find: 'if (value === ANYBODY.tenantId) return tenantId;',
    plant: '',
    tests: BY_DATABASE,
    short: true,
  },
  { file: 'src/graphql/compiled/json.ts', find: 'if (!(name in target)) throw new Varies();', plant: '', tests: BY_DATABASE },
  { file: 'src/http/tenant-context.ts', find: 'if (!options?.heldAs) no();', plant: '', tests: CHANGE },
  { file: 'src/http/tenant-context.ts', find: 'if (isBroken(error)) onTried();', plant: '', tests: CHANGE },
  {
    file: 'src/database/transaction.ts',
    find: 'return options.heldAs ? holdAs(binding, options.heldAs) :',
    plant: 'return',
    tests: CHANGE,
    short: true,
  },
  {
    file: 'src/database/transaction.ts',
    find: 'if (this.#failure) throw this.#failure;\n      return;',
    plant: 'return;',
    tests: CHANGE,
  },
  {
    file: 'src/graphql/compiled/change.ts',
    find: 'if (!context.grant.permissions.has(field.permission)) return null;',
    plant: '',
    tests: CHANGE,
  },
  { file: 'src/graphql/compiled/json.ts', find: 'every(value => value === tenantId)', plant: 'every(() => true)', tests: PLANS },
  {
    file: 'src/graphql/compiled/compile.ts',
    find: "if (!object.fields.every(isAtHand)) throw new Uncompiled('resolver');",
    plant: '',
    tests: PLANS,
  },
  { file: 'src/graphql/compiled/answer.ts', find: 'if (asking.json) throw new Unusual();', plant: '', tests: CHANGE },
  {
    file: 'src/graphql/compiled/compile.ts',
    find: 'hasVariables: hasVariable(nodes[0]!) ||',
    plant: 'hasVariables:',
    tests: [...PLANS, ...BY_DATABASE],
  },
  { file: 'src/graphql/operation-plugin.ts', find: '(context as Context).outcome ?? ', plant: '', tests: CHANGE },
  { file: 'src/domain/operation.ts', find: 'if (!isUnexpected(error)) throw error;', plant: 'throw error;', tests: CHANGE },
  { file: 'src/domain/operation.ts', find: "if (key || principal.kind !== 'user'", plant: "if (principal.kind !== 'user'", tests: CHANGE },
  {
    file: 'prisma/migrations/20261124230000_expected/migration.sql',
    find: 'AND m.roles = expected_roles',
    plant: '',
    tests: CHANGE,
  },
  {
    file: 'prisma/migrations/20261124230000_expected/migration.sql',
    find: 'AND found_status = expected_status',
    plant: '',
    tests: CHANGE,
  },
];
