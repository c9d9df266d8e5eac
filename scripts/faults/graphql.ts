import type { Fault } from './fault.ts';

/** Faults in the GraphQL layer. */
export const GRAPHQL_FAULTS: readonly Fault[] = [
  {
    file: 'src/graphql/core/command-plugin.ts',
    find: "if (principal.kind === 'user' && membership && ",
    plant: 'if (false && membership && ',
    tests: ['test/domain/core/idempotency-principal'],
  },
  {
    file: 'src/graphql/core/command-plugin.ts',
    find: '  if (keyed) return idempotencyKey(',
    plant: '  if (false) return idempotencyKey(',
    tests: ['test/domain/core/idempotency-principal'],
  },
  {
    file: 'src/graphql/core/command-plugin.ts',
    find: '    await recordRefusal(command, error);\n',
    plant: '',
    tests: ['test/domain/audit/refusals'],
    short: true,
  },
  {
    file: 'src/graphql/core/command-plugin.ts',
    find: 'place && ruleOf(permission).principals.includes(grant.principal.kind)',
    plant: 'place',
    tests: ['test/domain/audit', 'test/graphql', 'test/access'],
  },
  {
    file: 'src/graphql/core/command-plugin.ts',
    find: '    if (concurrent) return concurrent;\n',
    plant: '',
    tests: ['test/races/idempotency', 'test/domain/core/idempotency'],
  },
  {
    file: 'src/graphql/core/command-plugin.ts',
    find: '      if (done) return await done;\n',
    plant: '',
    tests: ['test/executor/command'],
  },
  {
    file: 'src/graphql/core/node.ts',
    find: "(policy !== 'public' && refusedFor(policy, context)) || decoded",
    plant: 'decoded',
    tests: ['test/graphql/core/node'],
  },
  {
    file: 'src/graphql/core/node.ts',
    find: '    if (error instanceof GatewayError) return error;\n',
    plant: '',
    tests: ['test/graphql/core/node'],
  },
  {
    file: 'src/graphql/core/related-page.ts',
    find: 'if (!isAllowed(accessOf(field), context.grant, UNREAD_ROW)) return null;',
    plant: '',
    tests: ['test/graphql/core/one-statement'],
  },
  {
    file: 'src/graphql/membership/membership.ts',
    find: "policy: 'member:read-email'",
    plant: "policy: 'member:list'",
    tests: ['test/access/matrix'],
  },
  {
    file: 'src/graphql/tenant/tenant.ts',
    find: "t.exposeString('billingEmail', {\n      policy: 'billing-contact:read'",
    plant: "t.exposeString('billingEmail', {\n      policy: 'tenant:read'",
    tests: ['test/graphql/tenant/tenant'],
    short: true,
  },
  {
    file: 'src/graphql/core/global-id.ts',
    find: "tenantFieldOf(typename) === 'tenantId' ? ROW : SINGLE",
    plant: 'tenantFieldOf(typename) === null ? ROW : SINGLE',
    tests: ['test/graphql/core/node'],
  },
  {
    file: 'src/graphql/core/global-id.ts',
    find: '!FORMS.get(typename)?.test(id) || ',
    plant: 'FORMS.get(typename)?.test(id) === false || ',
    tests: ['test/graphql/core/node'],
  },
];
