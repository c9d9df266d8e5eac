import type { Fault } from './fault.ts';

const MANAGE = ['test/domain/api-key/manage', 'test/domain/api-key/rotate'];
const SIGN_IN = ['test/http/auth/key-refused'];

/** Faults of API keys: how they sign in, and who makes and manages them. */
export const KEY_FAULTS: readonly Fault[] = [
  {
    file: 'src/domain/api-key/secret.ts',
    find: 'timingSafeEqual(hash, stored)',
    plant: 'timingSafeEqual(hash, hash)',
    tests: SIGN_IN,
    short: true,
  },
  { file: 'src/domain/api-key/sign-in.ts', find: 'secretUntil <= now.getTime()', plant: 'secretUntil === 0', tests: MANAGE },
  { file: 'src/domain/api-key/sign-in.ts', find: '  revokedAt === null && (', plant: '  (', tests: SIGN_IN },
  { file: 'src/domain/api-key/sign-in.ts', find: " || key.status === 'deleted'", plant: '', tests: SIGN_IN },
  { file: 'src/http/auth/api-key.ts', find: '  checkStatus(key);\n', plant: '', tests: SIGN_IN, short: true },
  {
    file: 'src/database/queries/api-key.ts',
    find: 'LEFT JOIN tenant t ON t.tenant_id = $1::uuid',
    plant: 'JOIN tenant t ON t.tenant_id = $1::uuid',
    tests: ['test/http/auth/key-timing'],
  },
  {
    file: 'src/domain/core/recheck.ts',
    find: 'principal: principalNow(principal, key, clock), tenantAccess: current',
    plant: 'principal, tenantAccess: current',
    tests: ['test/domain/api-key/recheck'],
  },
  {
    file: 'src/access/grant.ts',
    find: 'filter(permission => !isScope(permission) || ',
    plant: 'filter(permission => ',
    tests: ['test/domain/api-key/create'],
  },
  {
    file: 'src/domain/api-key/held.ts',
    find: "  if (found.holderId !== me!.id) checkAlso('api-key:update-any', command);\n",
    plant: '',
    tests: MANAGE,
  },
  { file: 'src/domain/api-key/rotate.ts', find: '    checkScopes(scopes, me!.roles);\n', plant: '', tests: MANAGE },
  { file: 'src/domain/api-key/sign-in.ts', find: 'expiresAt > now', plant: 'expiresAt >= now', tests: SIGN_IN },
  { file: 'src/domain/api-key/create.ts', find: '    checkScopes(scopes, me!.roles);\n', plant: '', tests: ['test/domain/api-key/create'] },
  { file: 'src/domain/api-key/create.ts', find: 'expiresAt <= now', plant: 'expiresAt < now', tests: ['test/domain/api-key/create'] },
  {
    file: 'src/domain/api-key/narrow.ts',
    find: '    refuseScopes(scopes.filter(scope => !before.includes(scope)));\n',
    plant: '',
    tests: ['test/domain/api-key/narrow'],
  },
  {
    file: 'src/domain/api-key/hand-over.ts',
    find: 'if (!HOLDERS.some(role => member.roles.includes(role)))',
    plant: 'if (false)',
    tests: ['test/domain/api-key/hand-over'],
  },
  {
    file: 'src/graphql/api-key/mutations.ts',
    find: "mutation('handOverApiKey', {\n  policy: 'api-key:update-any',",
    plant: "mutation('handOverApiKey', {\n  policy: 'api-key:update',",
    tests: MANAGE,
  },
  {
    file: 'src/domain/api-key/rotate.ts',
    find: 'overlap > OVERLAP.max',
    plant: 'overlap > 2 * OVERLAP.max',
    tests: MANAGE,
  },
  {
    file: 'src/http/auth/api-key.ts',
    find: 'if (header !== undefined && ![key.tenantId, key.slug].includes(header.toLowerCase()))',
    plant: 'if (false)',
    tests: ['test/http/auth/api-key.test'],
  },
  {
    file: 'src/access/grant.ts',
    find: "kind === 'api_key' ? statuses.filter(status => KEY_STATUSES.includes(status)) : statuses",
    plant: 'statuses',
    tests: ['test/access/grant', 'test/access/obstacle'],
  },
  {
    file: 'src/database/queries/api-key.ts',
    find: " AND (last_used_at IS NULL OR last_used_at <= $2::timestamptz - interval '1 minute')",
    plant: '',
    tests: ['test/http/auth/key-used'],
  },
  { file: 'src/domain/api-key/create.ts', find: '    await checkPlaces(command);\n', plant: '', tests: ['test/races/keys'] },
  {
    file: 'src/domain/api-key/create.ts',
    find: 'after: { ...settings, ',
    plant: 'after: { ...settings, secret: text, ',
    tests: ['test/domain/api-key/canary'],
  },
];
