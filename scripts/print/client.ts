import { OBSTACLES } from '../../src/access/grant.ts';
import { PERMISSIONS } from '../../src/access/policy.ts';
import { CODE_OF } from '../../src/access/refusal.ts';
import { PLAN_CODES, PRINCIPAL_KINDS, ROLES, STATUSES } from '../../src/access/vocabulary.ts';
import { ERRORS } from '../../src/domain/core/errors.ts';

const unionOf = (names: readonly string[]) => names.map(name => `\n  | '${name}'`).join('');
const upperUnionOf = (names: readonly string[]) => names.map(name => `'${name.toUpperCase()}'`).join(' | ');
const statuses = Object.entries(ERRORS).map(([code, { status }]) => `  ${code}: ${status},\n`);
const retryable = Object.entries(ERRORS).flatMap(([code, row]) => ('retry' in row ? [`'${code}'`] : []));

/** packages/client/src/catalogue.ts: the names that the client shares with the gateway. */
export const printClientCatalogue = (): string => `// Printed from the gateway's catalogues of errors and permissions by \`npm run print\`.

/**
 * The codes of the gateway's errors, each with its HTTP status if it refuses a whole request; null
 * for the code of a field. docs/errors.md has their meanings.
 */
export const ERROR_STATUS = {
${statuses.join('')}} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** The codes after which the same request may succeed within a minute. */
export const RETRYABLE: readonly string[] = [${retryable.join(', ')}] satisfies readonly ErrorCode[];

/** The code of each obstacle of a refusal. */
export type ObstacleCodes = {
${OBSTACLES.map(obstacle => `  ${obstacle}: '${CODE_OF[obstacle]}';\n`).join('')}};

export type Principal = ${upperUnionOf(PRINCIPAL_KINDS)};

export type Role = ${upperUnionOf(ROLES)};

export type TenantStatus = ${upperUnionOf(STATUSES)};

export type PlanCode = ${upperUnionOf(PLAN_CODES)};

export type Permission =${unionOf(PERMISSIONS)};
`;
