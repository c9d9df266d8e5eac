/**
 * Every code that a client can meet in `extensions.code`, in one place: docs/errors.md is printed
 * from it, and nothing else answers. `status` is the HTTP status where the whole request is
 * refused; null where the code stands on a field of a response that is otherwise 200.
 */
// biome-ignore format: a table is read by its columns
export const ERRORS = {
  BAD_REQUEST:               { status: 400,  meaning: 'The HTTP request is not a GraphQL request, or repeats a header that must stand once.' },
  GRAPHQL_PARSE_FAILED:      { status: 400,  meaning: 'The document is not GraphQL, or has too many tokens.' },
  GRAPHQL_VALIDATION_FAILED: { status: 400,  meaning: 'The document does not fit the schema, or has too many aliases or directives.' },
  OPERATION_RESOLUTION_FAILURE: { status: 400, meaning: 'The document has several operations and `operationName` picks none of them.' },
  QUERY_TOO_EXPENSIVE:       { status: 400,  meaning: 'The operation is too deep, too broad or costs too much; `limit` and `actual` say by how much.' },
  BAD_USER_INPUT:            { status: 400,  meaning: 'A value is malformed or out of range: the message says which. Never stored in part.' },
  UNAUTHENTICATED:           { status: 401,  meaning: 'The token or the API key is not valid (401, the whole request), or the field is not for anonymous requests (`because: SIGN_IN`).' },
  TENANT_NOT_FOUND:          { status: 403,  meaning: 'The tenant that the request names does not exist, or you are not a member of it: the answer is the same.' },
  TENANT_CONFLICT:           { status: 400,  meaning: 'The token, or the API key, and the X-Tenant-Id header name different tenants.' },
  TENANT_REQUIRED:           { status: null, meaning: 'The field acts in a tenant and the request names none (`because: NO_TENANT`).' },
  FORBIDDEN:                 { status: null, meaning: 'None of your roles in this tenant carries the permission (`because: ROLE`), or the API key does not (`because: KEY_SCOPE`).' },
  // Told to a key's holder, too: they have proven the secret, and a client that knows why stops
  // trying.
  TENANT_STATUS:             { status: 403,  meaning: "The permission does not work in the tenant's present status (`because: TENANT_STATUS`); with an API key the whole request is refused, for keys work in an active tenant alone." },
  PLAN_REQUIRED:             { status: null, meaning: "The tenant's plan lacks the feature; `requires.plans` have it (`because: PLAN`)." },
  EMAIL_UNVERIFIED:          { status: null, meaning: 'Signing up needs an e-mail address that your identity provider has verified.' },
  CONFLICT:                  { status: null, meaning: 'Something that must be unique is taken, such as the slug of a tenant.' },
  NOT_FOUND:                 { status: null, meaning: 'What the input names does not exist, or is not for you to know: the answer is the same.' },
  LIMIT_REACHED:             { status: null, meaning: 'A limit is reached; `limit` and `used` say which and how far.' },
  OWNER_PROTECTED:           { status: null, meaning: "The owner's membership and role change by ownership transfer alone." },
  ROLE_NOT_GRANTABLE:        { status: null, meaning: 'One of the `roles` carries a permission that you lack, or is `OWNER`, which only a transfer gives.' },
  SCOPE_NOT_GRANTABLE:       { status: null, meaning: 'One of the `scopes` is a permission that you lack, that the API key did not have, or that no API key may carry.' },
  KEY_ENDED:                 { status: null, meaning: 'The API key was revoked or has expired.' },
  KEY_NOT_HOLDABLE:          { status: null, meaning: 'None of the roles of the member lets them hold API keys; `roles` do.' },
  OWN_MEMBERSHIP:            { status: null, meaning: 'That would change your own membership, which only `leaveTenant` and `dropRoles` do.' },
  ALREADY_MEMBER:            { status: null, meaning: 'The person is a member of the tenant already.' },
  INVITATION_INVALID:        { status: null, meaning: 'The invitation is none, was used, replaced or revoked, has expired, or is for another address: the answer is the same.' },
  INVITATION_FOR_ANOTHER:    { status: null, meaning: 'The invitation is for another e-mail address than the verified one that you are signed in with.' },
  TRANSFER_INVALID:          { status: null, meaning: 'No transfer of ownership is under way: it was confirmed, cancelled or voided, or its code has expired.' },
  CODE_WRONG:                { status: null, meaning: 'The confirmation code is not the one that was given; `triesLeft` says how often you may try again.' },
  CONFIRMATION_MISMATCH:     { status: null, meaning: "What was typed is not the tenant's display name." },
  PLAN_BY_SALES:             { status: null, meaning: 'Enterprise is arranged by sales.' },
  SIDE_OFF:                  { status: null, meaning: "The tenant's provider side or buyer side, which this needs, is switched off; `side` says which: `sells` or `buys`, as `setTenantSides` names them." },
  OWN_LISTING:               { status: null, meaning: 'A tenant does not buy from itself.' },
  PROVIDER_UNAVAILABLE:      { status: null, meaning: 'The provider is not selling just now: the entitlement stays, try again later.' },
  PROVIDER_GONE:             { status: null, meaning: 'The provider, or the dataset, was deleted. Your own records of it stay.' },
  OBJECT_NOT_STORED:         { status: null, meaning: "The object's bytes are not in the store, or are not those that were announced." },
  LINK_INVALID:              { status: 403,  meaning: 'The link to an object is not one that the gateway gave out, or has expired: ask for another.' },
  IDEMPOTENCY_KEY_REUSED:    { status: null, meaning: 'The idempotency key came with another request before.' },
  REQUEST_ENTITY_TOO_LARGE: { status: 413,  meaning: 'The request body is larger than 256 kB.' },
  NOT_ACCEPTABLE:            { status: 406,  meaning: 'The `Accept` header takes neither application/graphql-response+json nor application/json.' },
  UNSUPPORTED_MEDIA_TYPE:    { status: 415,  meaning: 'The body is not application/json.' },
  METHOD_NOT_ALLOWED:        { status: 405,  meaning: 'GET carries queries only; send mutations as POST.' },
  CSRF_REFUSED:              { status: 403,  meaning: 'A GET request must carry the header `x-graphql-csrf`, which a foreign page cannot send.' },
  INTERNAL_SERVER_ERROR:     { status: 500,  meaning: 'A fault of ours. The request id leads to it in the logs; nothing was changed.' },
  UNAVAILABLE:               { status: 503,  meaning: 'The service is starting, stopping, or without its database. Try again.' },
} as const satisfies Record<string, { status: number | null; meaning: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** Whether a text is a code of the catalogue. */
export const isErrorCode = (text: unknown): text is ErrorCode => typeof text === 'string' && Object.hasOwn(ERRORS, text);

/**
 * An expected failure: known, documented, safe to tell. `details` goes into the error's extensions.
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

/**
 * A value that a person or program sent and that can't be taken. The message says which and why.
 */
export const badInput = (message: string, details?: Readonly<Record<string, unknown>>) =>
  new GatewayError('BAD_USER_INPUT', message, details);
