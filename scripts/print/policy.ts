import { PERMISSIONS, type POLICY, ruleOf } from '../../src/access/policy.ts';

const rowOf = (permission: keyof typeof POLICY) => {
  const { principals, context, roles, statuses, feature } = ruleOf(permission);
  return `  ${JSON.stringify(permission)}: ${JSON.stringify({ principals, context, roles, statuses, feature })}`;
};

/** docs/policy.json: the permission table, for programs. */
export const printPolicy = (): string => `{\n${PERMISSIONS.map(rowOf).join(',\n')}\n}\n`;
