/**
 * The codes of `extensions.code`; docs/errors.md is printed from this table. `status` is the HTTP
 * status when the whole request is refused, null for a code of a single field in a response with
 * status 200. `retry` marks the codes after which the same request may succeed within a minute.
 */
// biome-ignore format: a table is read by its columns
export const ERRORS = {
  BAD_REQUEST:               { status: 400,  meaning: 'The HTTP request is not a GraphQL request, or repeats a header that may occur only once.' },
  PERSISTED_QUERY_NOT_SUPPORTED: { status: 400, meaning: 'The request has the hash of a document without its text, and no documents are registered for you; send the text. The message is the one that Apollo Client expects.' },
  PERSISTED_QUERY_NOT_FOUND: { status: 400,  meaning: 'As `DOCUMENT_NOT_FOUND`, for a hash in `extensions.persistedQuery`. The message is the one after which Apollo Client sends the text.' },
  DOCUMENT_NOT_FOUND:        { status: 400,  meaning: 'No document with this `documentId` is registered where the request acts, or only for another API key.' },
  DOCUMENT_RETIRED:          { status: 400,  meaning: 'The document is of a retired version of an app, and no other version has it.' },
  DOCUMENT_INVALID:          { status: null, meaning: 'Some of the documents do not fit the schema or exceed a limit; `documents` lists each with its message. Nothing was registered.' },
  DOCUMENT_NOT_TRUSTED:      { status: 403,  meaning: 'Only registered documents run here, or for this API key, and this one is not.' },
  GRAPHQL_PARSE_FAILED:      { status: 400,  meaning: 'The document is not GraphQL, or has too many tokens.' },
  GRAPHQL_VALIDATION_FAILED: { status: 400,  meaning: 'The document does not fit the schema, or has too many aliases or directives (`what`, `limit`). A caller who may not read the schema gets one message for all faults, and for introspection.' },
  OPERATION_RESOLUTION_FAILURE: { status: 400, meaning: 'The document has several operations and `operationName` names none of them.' },
  QUERY_TOO_EXPENSIVE:       { status: 400,  meaning: 'The operation is too deep, too broad or costs too much; `limit` and `actual` say by how much.' },
  COST_TOO_HIGH:             { status: 400,  meaning: 'The operation costs up to `requested` points, more than the whole budget of a minute, `limit`; `plans` lists the plans that allow it. `cap` is `API_KEY` if it is more than the cap of the API key. Waiting does not help.' },
  BAD_USER_INPUT:            { status: 400,  meaning: 'A value is malformed or out of range; the message says which. Nothing was stored.' },
  UNAUTHENTICATED:           { status: 401,  meaning: 'The token or the API key is not valid (401, the whole request), or the field is not for anonymous requests (`because: SIGN_IN`).' },
  TENANT_NOT_FOUND:          { status: 403,  meaning: 'The named tenant does not exist, or you are not a member of it; both give the same answer.' },
  TENANT_CONFLICT:           { status: 400,  meaning: 'The token or API key, the X-Tenant-Id header and the `slug` arguments of the query name different tenants.' },
  TENANT_REQUIRED:           { status: null, meaning: 'The field needs a tenant and the request names none (`because: NO_TENANT`).' },
  FORBIDDEN:                 { status: null, meaning: 'None of your roles in this tenant has the permission (`because: ROLE`), or the API key lacks it (`because: KEY_SCOPE`).' },
  // An API key gets this code too: its secret was proven, and a client that knows the reason stops
  // retrying.
  TENANT_STATUS:             { status: 403,  meaning: "The permission does not work in the tenant's current status (`because: TENANT_STATUS`). API keys work only in an active tenant: with a key the whole request is refused." },
  PLAN_REQUIRED:             { status: null, meaning: "The tenant's plan lacks the feature; `requires.plans` lists the plans that have it (`because: PLAN`)." },
  EMAIL_UNVERIFIED:          { status: null, meaning: 'This needs an e-mail address that your identity provider has verified.' },
  CONFLICT:                  { status: null, meaning: 'A unique value is taken, such as the slug of a tenant, or the current state does not allow the change.' },
  NOT_FOUND:                 { status: null, meaning: 'The input names something that does not exist in this tenant, or that you may not see; both give the same answer.' },
  LIMIT_REACHED:             { status: null, meaning: 'A limit is reached; `limit` and `used` give its size and the current use, and `retryAt`, if present, says when to try again.' },
  OWNER_PROTECTED:           { status: null, meaning: "Only an ownership transfer changes the owner's membership and roles." },
  OWNS_TENANTS:              { status: null, meaning: 'You own the `tenants` with these slugs. Transfer the ownership of each, or delete it, then erase yourself.' },
  ROLE_NOT_GRANTABLE:        { status: null, meaning: 'One of the `roles` has a permission that you lack, or is `OWNER`, which only a transfer grants.' },
  SCOPE_NOT_GRANTABLE:       { status: null, meaning: 'One of the `scopes` is a permission that you lack, that the API key did not have, or that no API key may have.' },
  EVENT_NOT_READABLE:        { status: null, meaning: "One of the `types` needs a permission that the webhook's member lacks; `types` lists them." },
  NOT_CONFIGURED:            { status: null, meaning: 'The operator of the gateway has not set up what this needs; the message says what.' },
  KEY_ENDED:                 { status: null, meaning: 'The API key was revoked or has expired.' },
  KEY_NOT_HOLDABLE:          { status: null, meaning: 'The member has none of the roles that may hold API keys; `roles` lists them.' },
  OWN_MEMBERSHIP:            { status: null, meaning: 'This would change your own membership; use `leaveTenant` or `dropRoles`.' },
  ALREADY_MEMBER:            { status: null, meaning: 'The person is already a member of the tenant.' },
  INVITATION_INVALID:        { status: null, meaning: 'The invitation does not exist, has expired, was already used, or was replaced or revoked; all give the same answer.' },
  INVITATION_FOR_ANOTHER:    { status: null, meaning: 'The invitation is for another e-mail address than your verified one.' },
  TRANSFER_INVALID:          { status: null, meaning: 'There is no open ownership transfer: it was confirmed, cancelled or voided, or its code has expired.' },
  CODE_WRONG:                { status: null, meaning: 'The confirmation code is wrong; `triesLeft` says how often you may try again.' },
  CONFIRMATION_MISMATCH:     { status: null, meaning: "The confirmation does not match what it must repeat: the tenant's display name, or your own e-mail address." },
  PLAN_BY_SALES:             { status: null, meaning: 'Enterprise is arranged by sales.' },
  SIDE_OFF:                  { status: null, meaning: "The side of the tenant that this needs is switched off; `side` is `sells` or `buys`, as in `setTenantSides`." },
  OWN_LISTING:               { status: null, meaning: 'A tenant cannot buy from itself.' },
  PROVIDER_UNAVAILABLE:      { status: null, meaning: 'The provider is not selling at the moment. The entitlement stays; try again later.' },
  PROVIDER_GONE:             { status: null, meaning: 'The provider or the dataset was deleted. Your own records of it stay.' },
  OBJECT_NOT_STORED:         { status: null, meaning: "The object's bytes are not in the store, or do not match the announced size and checksum." },
  LINK_INVALID:              { status: 403,  meaning: 'The link to an object is not valid or has expired; request a new one.' },
  IDEMPOTENCY_KEY_REUSED:    { status: null, meaning: 'The idempotency key was used for another request.' },
  RESYNC:                    { status: null, meaning: 'The events after this cursor are no longer kept, so some were missed: read the current state, then follow events without `after`.' },
  RATE_LIMITED:              { status: 429,  retry: true, meaning: 'Too few cost points are left in this minute: `remaining` of `limit`, for the `requested` ones. Try again after `retryAfter` seconds; `plans` lists the plans with a larger budget. `cap` is `API_KEY` if the cap of the API key is used up.' },
  TOO_MANY_STREAMS:          { status: 429,  meaning: 'You, or the tenant, have as many open subscriptions as the `limit`. Close one, then try again.' },
  REQUEST_ENTITY_TOO_LARGE: { status: 413,  meaning: 'The request body is larger than 256 kB.' },
  NOT_ACCEPTABLE:            { status: 406,  meaning: 'The `Accept` header allows none of application/graphql-response+json, application/json and text/event-stream; a subscription is sent as text/event-stream alone.' },
  UNSUPPORTED_MEDIA_TYPE:    { status: 415,  meaning: 'The body is not application/json.' },
  METHOD_NOT_ALLOWED:        { status: 405,  meaning: 'GET carries queries only; send mutations as POST.' },
  CSRF_REFUSED:              { status: 403,  meaning: 'A GET request must carry the header `x-graphql-csrf`, which pages of other origins cannot send.' },
  INTERNAL_SERVER_ERROR:     { status: 500,  meaning: 'An error of the gateway; nothing was changed. The request id identifies it in the logs.' },
  OVERLOADED:                { status: 503,  retry: true, meaning: 'Too many requests wait: of your tenant, of you, or of all together. Nothing was done; try again.' },
  UNAVAILABLE:               { status: 503,  retry: true, meaning: 'The service is starting, stopping, or has lost its database, or the database takes no changes at the moment; try again.' },
} as const satisfies Record<string, { status: number | null; retry?: true; meaning: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** Whether a text is a code of the catalogue. */
export const isErrorCode = (text: unknown): text is ErrorCode => typeof text === 'string' && Object.hasOwn(ERRORS, text);

/**
 * An expected failure, documented and safe to show. `details` goes into the error's extensions.
 */
export class GatewayError extends Error {
  override name = 'GatewayError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A BAD_USER_INPUT error. The message says which value is wrong and what is allowed. */
export const badInput = (message: string, details?: Readonly<Record<string, unknown>>) =>
  new GatewayError('BAD_USER_INPUT', message, details);
