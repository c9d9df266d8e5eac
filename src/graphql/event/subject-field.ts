import type { GraphQLField } from 'graphql';
import type { NumberedEvent, OwnEvent } from '../../database/queries/event.ts';

/** An event on its way to a subscriber: the root of the operation that is executed for it. */
export type SentEvent = { readonly tenantId: string; readonly event: NumberedEvent };

/** An event about the subscriber's own membership, in whichever tenant. */
export type SentOwnEvent = { readonly event: OwnEvent };

/** What a field of `Subscription` follows: the events about objects of a type, or the caller. */
export type Followed = { readonly subject: string } | { readonly subject: null };

/** Whose events a field of `Subscription` follows. */
export const followedBy = ({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): Followed => extensions.followed as Followed;
