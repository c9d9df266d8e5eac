import type { IncomingMessage } from 'node:http';
import type { Introspection } from '../../access/introspection.ts';
import type { Database, ReadableDatabase } from '../../database/index.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import type { Services } from '../../domain/core/services.ts';
import type { Context, Examine, Explain, Live } from '../../graphql/core/context.ts';
import type { BudgetOptions, RequestBudget } from '../budget/request-budget.ts';
import { keyContext, keyIn } from './api-key.ts';
import type { Authenticate } from './authenticate.ts';
import type { RequestInput } from './build-context.ts';
import { tenantContext } from './tenant-context.ts';
import type { Token } from './token.ts';

export type ContextOptions = {
  readonly database: Database;
  readonly authenticate: Authenticate;
  readonly services: Services;
  readonly explain: Explain;
  readonly examine: Examine;
  readonly live: Live;
  /** Who may read the schema. */
  readonly introspection: Introspection;
  /** What operations are charged to. */
  readonly budget: BudgetOptions;
};

/** The caller's API key or verified token, and the rest of the request that its context needs. */
export type Credentials = { readonly input: RequestInput } & (
  | { readonly key: string }
  | { readonly key: null; readonly token: Token | null }
);

/**
 * Reads the credentials from a request's headers, which {@link checkNotRepeated} has checked.
 *
 * @throws {GatewayError} UNAUTHENTICATED, UNAVAILABLE; BAD_REQUEST for an unknown `X-Refusals`.
 */
export async function credentialsOf(
  { headers }: IncomingMessage,
  requestId: string,
  { authenticate, services, explain, examine, live, introspection }: ContextOptions,
  budget: RequestBudget,
): Promise<Credentials> {
  const { authorization } = headers;
  const tenant = headers['x-tenant-id'] as string | undefined;
  const idempotencyKey = (headers['idempotency-key'] as string | undefined) ?? null;
  const input = {
    requestId,
    tenant,
    idempotencyKey,
    groupsRefusals: groupsRefusals(headers['x-refusals']),
    services,
    explain,
    examine,
    live,
    budget,
    introspection,
  };
  const key = keyIn(authorization);
  if (key !== null) return { input, key };
  const token = authenticate(authorization);
  return { input, key, token: token instanceof Promise ? await token : token };
}

function groupsRefusals(form: string | string[] | undefined): boolean {
  if (form !== undefined && form !== 'grouped') throw new GatewayError('BAD_REQUEST', 'The header `X-Refusals` takes `grouped` only.');
  return form !== undefined;
}

/**
 * Builds the context of a request from what the database says now (SPEC T2, T3).
 *
 * @throws {GatewayError} UNAUTHENTICATED, TENANT_NOT_FOUND, TENANT_CONFLICT; TENANT_STATUS for an
 * API key.
 */
export const requestContext = ({ input, ...by }: Credentials, { database }: { readonly database: ReadableDatabase }): Promise<Context> =>
  by.key === null ? tenantContext(database, by.token, input) : keyContext(database, by.key, input);

/** Headers that identify the caller, the tenant or the change: by lower-case name, as to print. */
const UNREPEATABLE: ReadonlyMap<string, string> = new Map([
  ['authorization', 'Authorization'],
  ['x-tenant-id', 'X-Tenant-Id'],
  ['idempotency-key', 'Idempotency-Key'],
]);

/**
 * Refuses a repeated header: Node keeps one of its values and proxies may keep another.
 *
 * @throws {GatewayError} BAD_REQUEST.
 */
export function checkNotRepeated({ rawHeaders }: IncomingMessage): void {
  const seen: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    if (!UNREPEATABLE.has(name)) continue;
    if (seen.includes(name)) throw new GatewayError('BAD_REQUEST', `Duplicate \`${UNREPEATABLE.get(name)}\` header.`);
    seen.push(name);
  }
}
