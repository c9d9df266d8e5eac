// Printed from operations.graphql by `npm run print`.
import type { TypedText } from '@ipto/client';

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type EventType =
  | 'API_KEY_CHANGED'
  | 'API_KEY_CREATED'
  | 'API_KEY_REVOKED'
  | 'DATASET_CREATED'
  | 'DATASET_DELETED'
  | 'DATASET_UPDATED'
  | 'DOCUMENT_REGISTERED'
  | 'DOCUMENT_RETIRED'
  | 'ENTITLEMENT_ACQUIRED'
  | 'ENTITLEMENT_ENDED'
  | 'INVITATION_ACCEPTED'
  | 'INVITATION_CREATED'
  | 'INVITATION_DECLINED'
  | 'INVITATION_ENDED'
  | 'LISTING_DELETED'
  | 'LISTING_DRAFTED'
  | 'LISTING_PUBLISHED'
  | 'LISTING_UPDATED'
  | 'LISTING_WITHDRAWN'
  | 'MEMBER_JOINED'
  | 'MEMBER_LEFT'
  | 'MEMBER_ROLES_CHANGED'
  | 'OBJECT_ADDED'
  | 'OBJECT_COMPLETED'
  | 'OBJECT_REMOVED'
  | 'OWNERSHIP_ENDED'
  | 'OWNERSHIP_REQUESTED'
  | 'OWNERSHIP_TRANSFERRED'
  | 'PLAN_CHANGED'
  | 'PLAN_DOWNGRADE_CANCELLED'
  | 'PLAN_DOWNGRADE_SCHEDULED'
  | 'TENANT_BILLING_EMAIL_CHANGED'
  | 'TENANT_CREATED'
  | 'TENANT_DELETION_CANCELLED'
  | 'TENANT_DELETION_REQUESTED'
  | 'TENANT_RENAMED'
  | 'TENANT_RESUMED'
  | 'TENANT_SIDES_CHANGED'
  | 'TENANT_SUSPENDED'
  | 'USAGE_RECORDED'
  | 'WEBHOOK_CHANGED'
  | 'WEBHOOK_CREATED'
  | 'WEBHOOK_DELETED'
  | 'WEBHOOK_DISABLED'
  | 'WEBHOOK_REDELIVERED'
  | 'WEBHOOK_TESTED';

export type SearchQueryVariables = Exact<{
  query: string;
}>;


export type SearchQuery = { marketplace: { search: { edges: Array<{ node: { id: string, title: string, provider: string, price: { amount: string, currency: string } } }> } } };

export type EntitlementsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type EntitlementsQuery = { tenant: { entitlements: { edges: Array<{ node: { id: string, listingId: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } };

export type AcquireMutationVariables = Exact<{
  listingId: string | number;
}>;


export type AcquireMutation = { acquireEntitlement: { entitlement: { id: string } } };

export type ObjectsQueryVariables = Exact<{
  entitlementId: string | number;
  after?: string | null | undefined;
}>;


export type ObjectsQuery = { node:
    | { objects: { edges: Array<{ node: { id: string, name: string, size: string, sha256: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null }
    | Record<PropertyKey, never>
   | null };

export type RetrieveMutationVariables = Exact<{
  entitlementId: string | number;
  objectId: string | number;
}>;


export type RetrieveMutation = { retrieveObject: { retrieval: { usageRecordId: string, downloadLink: string | null } } };

export type RenewLinkMutationVariables = Exact<{
  usageRecordId: string | number;
}>;


export type RenewLinkMutation = { renewDownloadLink: { downloadLink: string | null } };

export type UsageQueryVariables = Exact<{ [key: string]: never; }>;


export type UsageQuery = { tenant: { usage: { monthly: { used: number, limit: number | null, resetsAt: string } }, chargeTotals: Array<{ amount: string, currency: string }> } };

export type EventsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type EventsQuery = { tenant: { events: { next: string, hasMore: boolean, events: Array<{ type: EventType | null, data: Record<string, unknown> | null }> } } };

export const Search = `query Search($query: String!) {
  marketplace {
    search(query: $query, first: 1) {
      edges {
        node {
          id
          title
          provider
          price {
            amount
            currency
          }
        }
      }
    }
  }
}` as TypedText<SearchQuery, SearchQueryVariables>;

export const Entitlements = `query Entitlements($after: String) {
  tenant {
    entitlements(first: 100, after: $after, state: OPEN) {
      edges {
        node {
          id
          listingId
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}` as TypedText<EntitlementsQuery, EntitlementsQueryVariables>;

export const Acquire = `mutation Acquire($listingId: ID!) {
  acquireEntitlement(input: {listingId: $listingId}) {
    entitlement {
      id
    }
  }
}` as TypedText<AcquireMutation, AcquireMutationVariables>;

export const Objects = `query Objects($entitlementId: ID!, $after: String) {
  node(id: $entitlementId) {
    ... on Entitlement {
      objects(first: 100, after: $after) {
        edges {
          node {
            id
            name
            size
            sha256
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
}` as TypedText<ObjectsQuery, ObjectsQueryVariables>;

export const Retrieve = `mutation Retrieve($entitlementId: ID!, $objectId: ID!) {
  retrieveObject(input: {entitlementId: $entitlementId, objectId: $objectId}) {
    retrieval {
      usageRecordId
      downloadLink
    }
  }
}` as TypedText<RetrieveMutation, RetrieveMutationVariables>;

export const RenewLink = `mutation RenewLink($usageRecordId: ID!) {
  renewDownloadLink(input: {usageRecordId: $usageRecordId}) {
    downloadLink
  }
}` as TypedText<RenewLinkMutation, RenewLinkMutationVariables>;

export const Usage = `query Usage {
  tenant {
    usage {
      monthly {
        used
        limit
        resetsAt
      }
    }
    chargeTotals(rounded: true) {
      amount
      currency
    }
  }
}` as TypedText<UsageQuery, UsageQueryVariables>;

export const Events = `query Events($after: String) {
  tenant {
    events(after: $after, first: 100) {
      events {
        type
        data
      }
      next
      hasMore
    }
  }
}` as TypedText<EventsQuery, EventsQueryVariables>;
