import type { Grant } from '../../access/grant.ts';
import type { UnconfirmedWork, UnitOfWork } from '../../database/index.ts';
import type { PersonMembership } from '../../database/queries/membership.ts';
import type { Profile } from '../../database/queries/person.ts';
import type { Services } from '../../domain/core/services.ts';

/**
 * What a request is, worked out before any resolver runs (SPEC T2). Resolvers get nothing else: no
 * unbound client, no token, no headers.
 */
export type Context = {
  /** Leads to the request in the logs; in every response's `x-request-id` and in every refusal. */
  readonly requestId: string;
  /** What the verified token says of the person, or null for nobody. */
  readonly profile: Profile | null;
  readonly grant: Grant;
  /** The person's membership in the tenant context, or null outside of any. */
  readonly membership: PersonMembership | null;
  /** The time and the settings. */
  readonly services: Services;
  /** The `Idempotency-Key` header, if there is one. */
  readonly idempotencyKey: string | null;
  /** The database, bound to the tenant context and the person. */
  readonly work: UnitOfWork;
  /** All of the person's memberships (a crossing), read at most once a request. */
  readonly memberships: () => Promise<readonly PersonMembership[]>;
};

/** A context whose membership, roles, status and features come from the cache. */
export type UnconfirmedContext = Omit<Context, 'work'> & { readonly work: UnconfirmedWork };
