import type { Grant } from '../../access/grant.ts';
import type { Introspection } from '../../access/introspection.ts';
import type { Permission } from '../../access/policy.ts';
import type { Refusal } from '../../access/refusal.ts';
import type { UnconfirmedWork, UnitOfWork } from '../../database/index.ts';
import type { PersonMembership } from '../../database/queries/membership.ts';
import type { Profile } from '../../database/queries/person.ts';
import type { ProvenKey } from '../../domain/api-key/sign-in.ts';
import type { Services } from '../../domain/core/services.ts';

/** An operation to explain, as it would be sent. */
export type OperationToExplain = {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
  readonly operationName: string | null | undefined;
};

/** What an operation would be refused, and what it costs at most. */
export type Explanation = {
  readonly cost: number;
  readonly refusals: readonly { readonly pattern: string; readonly refusal: Refusal }[];
};

/** Explains an operation without executing it; implemented where the limits are. */
export type Explain = (operation: OperationToExplain, context: Context) => Promise<Explanation>;

/** The permissions that a document needs to be answered completely, and what it costs at most. */
export type Examination = { readonly cost: number; readonly permissions: ReadonlySet<Permission> };

/** Examines a document, whose variables aren't known; implemented where the limits are. */
export type Examine = (text: string, context: Context) => Promise<Examination>;

/** Waits for events; implemented where a process follows them. */
export type Live = {
  /** Resolves when a tenant has something new, at the latest after so many seconds. */
  nextEvent(tenantId: string, seconds: number, hasNew: () => Promise<boolean>): Promise<void>;
};

/** A caller's budget in the running minute. Null: there is no limit. */
export type RateLimit = { readonly limit: number | null; readonly remaining: number | null; readonly resetAt: Date };

/**
 * What resolvers know of a request, computed before any of them runs (SPEC T2). They get no unbound
 * database client, no token and no headers.
 */
export type Context = {
  /** Identifies the request in logs, in the `x-request-id` header and in errors. */
  readonly requestId: string;
  /** The person's claims from the verified token; null for an anonymous request. */
  readonly profile: Profile | null;
  readonly grant: Grant;
  /** The person's membership in the tenant context; null without one. */
  readonly membership: PersonMembership | null;
  /** The API key that the request carries; null for any other caller. */
  readonly apiKey: ProvenKey | null;
  /** The tenant's cost points a minute. Null: there is no limit, or no tenant. */
  readonly costLimit: number | null;
  /** Counts the changes of the tenant's trusted documents. 0: it never had one; null: no tenant. */
  readonly documentsRevision: number | null;
  /** Tells what is left of the budget that pays for the request. */
  readonly budget: { rateLimit(context: Pick<Context, 'grant' | 'profile' | 'costLimit' | 'apiKey'>): RateLimit };
  readonly services: Services;
  readonly explain: Explain;
  readonly examine: Examine;
  readonly live: Live;
  /** The `Idempotency-Key` header; null without one. */
  readonly idempotencyKey: string | null;
  /** Whether the client wants one error for all refusals of a field (`X-Refusals: grouped`). */
  readonly groupsRefusals: boolean;
  /** Who may read the schema. */
  readonly introspection: Introspection;
  /** The database, bound to the tenant context and the person. */
  readonly work: UnitOfWork;
  /** Reads all of the person's memberships (a crossing), at most once per request. */
  readonly memberships: () => Promise<readonly PersonMembership[]>;
};

/** A context whose membership, roles, status and features come from the cache. */
export type UnconfirmedContext = Omit<Context, 'work'> & { readonly work: UnconfirmedWork };

/** Whether a context comes from the cache and no transaction has confirmed it yet. */
export const isUnconfirmed = ({ work }: Pick<Context, 'work'> | UnconfirmedContext): boolean =>
  'isConfirmed' in work && !work.isConfirmed();

/**
 * The database says otherwise than an optimistic context: nothing was done, and the request runs
 * again.
 */
export class OptimisticContextStale extends Error {
  override name = 'OptimisticContextStale';
}
