import type { Fault } from './fault.ts';

/** Faults in who may do what. */
export const ACCESS_FAULTS: readonly Fault[] = [
  {
    file: 'src/access/is-allowed.ts',
    find: 'tenantOf(row as never) === tenantAccess.tenantId',
    plant: 'true',
    tests: ['test/access/is-allowed', 'test/executor'],
    short: true,
  },
  {
    file: 'src/access/is-allowed.ts',
    find: 'if (tenantAccess === null) return false;',
    plant: 'if (tenantAccess === null) return true;',
    tests: ['test/access'],
  },
  {
    file: 'src/access/policy.ts',
    find: "'tenant:rename':          member(ADMINS,           WHILE_ACTIVE,",
    plant: "'tenant:rename':          member(ADMINS,           WHILE_KEPT,",
    tests: ['test/access/policy'],
    short: true,
  },
  {
    file: 'src/access/policy.ts',
    find: "'member:list':            member(ALL_BUT_OPERATOR,",
    plant: "'member:list':            member(ROLES,",
    tests: ['test/access/policy'],
  },
  {
    file: 'src/access/refusal-payload.ts',
    find: 'requestId: request.requestId }',
    plant: "requestId: '' }",
    tests: ['test/http/graphql/answers'],
  },
];
