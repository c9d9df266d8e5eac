import { ERRORS } from '../../src/domain/core/errors.ts';

const rows = Object.entries(ERRORS)
  .map(([code, { status, meaning }]) => `| \`${code}\` | ${status ?? 'on a field'} | ${meaning.replaceAll('|', '\\|')} |`)
  .join('\n');

/** docs/errors.md. */
export const printErrors = (): string => `<!-- Printed from src/domain/core/errors.ts by \`npm run print\`. -->

# Errors

Every error carries \`extensions.code\`, one of these, and \`extensions.requestId\`, which leads to the request in the logs and is also the
response's \`x-request-id\`. Where a status is given the whole request is refused with it (with \`Accept: application/json\` and a fault in
the document or its variables, GraphQL over HTTP asks for 200); on a field the response is 200, the field is null, and its siblings stand.

| code | HTTP | means |
|---|---|---|
${rows}

## Refusals

A field that you may not have says why, as data:

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

\`because\` is the first that applies of:

| because | code | what would help |
|---|---|---|
| \`SIGN_IN\` | \`UNAUTHENTICATED\` | send a token |
| \`ROLE\` | \`FORBIDDEN\` | one of \`requires.roles\`, or being one of \`requires.principals\` |
| \`NO_TENANT\` | \`TENANT_REQUIRED\` | name a tenant in \`X-Tenant-Id\` |
| \`KEY_SCOPE\` | \`FORBIDDEN\` | an API key whose scopes name \`permission\` |
| \`TENANT_STATUS\` | \`TENANT_STATUS\` | the tenant in one of \`requires.statuses\`; it is in \`tenantStatus\` |
| \`PLAN\` | \`PLAN_REQUIRED\` | one of \`requires.plans\` |

It tells nothing about data: what is refused is refused the same whether it exists or not. Ask beforehand with \`viewer { can(permission: …) }\`
or \`viewer { refusal(permission: …) { because message } }\`.

An API key's request in a tenant that isn't active is refused whole: 403 \`TENANT_STATUS\` with \`because\`, \`requires\` and \`tenantStatus\` as above and no
\`permission\`, for every one is closed. The status is told because the key has proven its secret by then; without that it is the 401 of any bad key.
`;
