import { ERRORS, type ErrorCode } from '../../src/domain/core/errors.ts';
import { FIXES } from './error-fixes.ts';

const rows = Object.entries(ERRORS)
  .map(
    ([code, { status, meaning }]) =>
      `| \`${code}\` | ${status ?? 'on a field'} | ${meaning.replaceAll('|', '\\|')} | ${FIXES[code as ErrorCode]} |`,
  )
  .join('\n');

const retryable = Object.entries(ERRORS)
  .flatMap(([code, row]) => ('retry' in row ? [`\`${code}\``] : []))
  .join(' and ');

/** docs/errors.md. */
export const printErrors = (): string => `<!-- Printed from src/domain/core/errors.ts by \`npm run print\`. -->

# Errors

Every error has \`extensions.code\`, one of the codes below, and \`extensions.requestId\`, which is also in
the logs and in the response's \`x-request-id\`. A code with an HTTP status refuses the whole request
(with \`Accept: application/json\`, a fault in the document or its variables is a 200, as GraphQL over
HTTP requires). With "on a field" the response is a 200, the field is null, and its siblings are
answered.

| code | HTTP | cause | what to do |
|---|---|---|---|
${rows}

## Retries

Retry only after ${retryable}, with a pause that doubles, and not before the seconds of
\`Retry-After\` have passed. After any other code the same request fails again. A request that got no
response may have been executed: retry a mutation only with its idempotency key. The
[client package](clients.md#the-client-package) does all this.

## Refusals

A refused field says why, as data:

<!-- not run: an example; docs/first-steps.md has the same, compared with a response -->
\`\`\`json
{
  "message": "member:read-email needs the role owner or admin.",
  "path": ["tenant", "memberships", "edges", 0, "node", "user", "email"],
  "extensions": {
    "code": "FORBIDDEN",
    "permission": "member:read-email",
    "because": "ROLE",
    "requires": {
      "principals": ["USER"],
      "roles": ["OWNER", "ADMIN"],
      "statuses": ["ACTIVE", "SUSPENDED", "PENDING_DELETION"],
      "plans": null
    },
    "tenantStatus": "ACTIVE",
    "requestId": "97e8b6f6-9757-49c4-a5a0-3d4299daa626"
  }
}
\`\`\`

\`because\` is the first obstacle that applies, in this order:

| because | code | what would satisfy it |
|---|---|---|
| \`SIGN_IN\` | \`UNAUTHENTICATED\` | a token |
| \`ROLE\` | \`FORBIDDEN\` | one of \`requires.roles\`, or one of \`requires.principals\` |
| \`NO_TENANT\` | \`TENANT_REQUIRED\` | a tenant in \`X-Tenant-Id\` |
| \`KEY_SCOPE\` | \`FORBIDDEN\` | an API key whose scopes name \`permission\` |
| \`TENANT_STATUS\` | \`TENANT_STATUS\` | one of \`requires.statuses\`; \`tenantStatus\` is the present one |
| \`PLAN\` | \`PLAN_REQUIRED\` | one of \`requires.plans\` |

A refusal reveals nothing about data: it is the same whether the data exists or not. Ask in advance
with \`viewer { can(permission: …) }\` or \`viewer { refusal(permission: …) { because message } }\`; for a whole
operation with \`explain(document: …) { cost refusals { pattern refusal { code message } } }\`, or
\`npm run explain -- --as viewer@northwind.example query.graphql\` at the demo.

### Grouped

A list can have a refusal on every row. With the request header \`X-Refusals: grouped\` all refusals of
one field are one error. Its \`path\` is that of the first, and its extensions have two more:

<!-- not run: a part of an error; test/http/graphql compares whole ones -->
\`\`\`json
"pattern": "tenant.memberships.edges.*.node.user.email",
"count": 50
\`\`\`

\`pattern\` is the path with \`*\` for every index, and \`count\` is the number of refused fields. All other
errors stay single. Without the header each refused field has an error at its path. Any other value
of the header is \`BAD_REQUEST\`.

### API keys

In a tenant that isn't active, a request with an API key is refused as a whole: 403 \`TENANT_STATUS\`
with \`because\`, \`requires\` and \`tenantStatus\` as above, and without \`permission\`, because no
permission works. Only a key with the right secret gets this response; any other is a 401.
`;
