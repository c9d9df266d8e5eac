// Printed from operations.graphql by `npm run print`.
import type { TypedText } from '@ipto/client';

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** What an event says has happened. */
export type EventType =
  /** `api_key.changed`: An API key was narrowed, rotated, handed over, or got another document mode. Needs `api-key:read`. */
  | 'API_KEY_CHANGED'
  /** `api_key.created`: An API key was created. Needs `api-key:read`. */
  | 'API_KEY_CREATED'
  /** `api_key.revoked`: An API key was revoked. Needs `api-key:read`. */
  | 'API_KEY_REVOKED'
  /** `dataset.created`: A dataset was created. Needs `dataset:read`. */
  | 'DATASET_CREATED'
  /** `dataset.deleted`: A dataset was deleted, with its objects and its listing. Needs `dataset:read`. */
  | 'DATASET_DELETED'
  /** `dataset.updated`: A dataset changed. Needs `dataset:read`. */
  | 'DATASET_UPDATED'
  /** `document.registered`: Trusted documents of a version of an app were registered. Needs `document:read`. */
  | 'DOCUMENT_REGISTERED'
  /** `document.retired`: A version of an app was retired. Needs `document:read`. */
  | 'DOCUMENT_RETIRED'
  /** `entitlement.acquired`: An entitlement was acquired. Needs `entitlement:read`. */
  | 'ENTITLEMENT_ACQUIRED'
  /** `entitlement.ended`: An entitlement ended. Needs `entitlement:read`. */
  | 'ENTITLEMENT_ENDED'
  /** `invitation.accepted`: An invitation was accepted. Needs `invitation:list`. */
  | 'INVITATION_ACCEPTED'
  /** `invitation.created`: Somebody was invited. Needs `invitation:list`. */
  | 'INVITATION_CREATED'
  /** `invitation.declined`: An invitation was declined. Needs `invitation:list`. */
  | 'INVITATION_DECLINED'
  /** `invitation.ended`: An invitation was revoked, has expired, or ended with a right of its inviter. Needs `invitation:list`. */
  | 'INVITATION_ENDED'
  /** `listing.drafted`: A listing was drafted. Needs `dataset:read`. */
  | 'LISTING_DRAFTED'
  /** `listing.published`: A listing was published. Needs `dataset:read`. */
  | 'LISTING_PUBLISHED'
  /** `listing.updated`: The terms of a listing changed. Needs `dataset:read`. */
  | 'LISTING_UPDATED'
  /** `listing.withdrawn`: A listing was withdrawn. Needs `dataset:read`. */
  | 'LISTING_WITHDRAWN'
  /** `member.joined`: A person became a member. Needs `member:list`. */
  | 'MEMBER_JOINED'
  /** `member.left`: A membership ended: the member left, was removed, or erased themselves. Needs `member:list`. */
  | 'MEMBER_LEFT'
  /** `member.roles_changed`: The roles of a member changed. Needs `member:list`. */
  | 'MEMBER_ROLES_CHANGED'
  /** `object.added`: An object was announced. Needs `dataset:read`. */
  | 'OBJECT_ADDED'
  /** `object.completed`: An object's bytes are in the store. Needs `dataset:read`. */
  | 'OBJECT_COMPLETED'
  /** `object.removed`: An object was removed. Needs `dataset:read`. */
  | 'OBJECT_REMOVED'
  /** `ownership.ended`: A requested transfer was cancelled, voided, or has expired. Needs `audit:read`. */
  | 'OWNERSHIP_ENDED'
  /** `ownership.requested`: A transfer of ownership was requested. Needs `audit:read`. */
  | 'OWNERSHIP_REQUESTED'
  /** `ownership.transferred`: Another member became the owner. Needs `member:list`. */
  | 'OWNERSHIP_TRANSFERRED'
  /** `plan.changed`: Another plan, or other limits, apply. Needs `plan:read`. */
  | 'PLAN_CHANGED'
  /** `plan.downgrade_cancelled`: A scheduled downgrade was cancelled. Needs `plan:read`. */
  | 'PLAN_DOWNGRADE_CANCELLED'
  /** `plan.downgrade_scheduled`: A downgrade was scheduled. Needs `plan:read`. */
  | 'PLAN_DOWNGRADE_SCHEDULED'
  /** `tenant.billing_email_changed`: The address for bills changed. Needs `billing-contact:read`. */
  | 'TENANT_BILLING_EMAIL_CHANGED'
  /** `tenant.created`: The tenant was created. Needs `tenant:read`. */
  | 'TENANT_CREATED'
  /** `tenant.deletion_cancelled`: The deletion was cancelled. Needs `tenant:read`. */
  | 'TENANT_DELETION_CANCELLED'
  /** `tenant.deletion_requested`: The deletion was requested. Needs `tenant:read`. */
  | 'TENANT_DELETION_REQUESTED'
  /** `tenant.renamed`: The display name changed. Needs `tenant:read`. */
  | 'TENANT_RENAMED'
  /** `tenant.resumed`: The suspension ended. Needs `tenant:read`. */
  | 'TENANT_RESUMED'
  /** `tenant.sides_changed`: The provider side or the buyer side was switched. Needs `tenant:read`. */
  | 'TENANT_SIDES_CHANGED'
  /** `tenant.suspended`: The tenant was suspended. Needs `tenant:read`. */
  | 'TENANT_SUSPENDED'
  /** `usage.recorded`: An object was retrieved. Needs `usage:read`. */
  | 'USAGE_RECORDED';

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
