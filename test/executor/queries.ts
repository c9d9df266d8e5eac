/** A request as a client may send it. */
export type PreparedOperation = {
  /** The body of a POST: parameters, or a literal text. */
  readonly ask?: object | string;
  /** The query string of a GET. */
  readonly get?: string;
  readonly as?: 'owner' | 'viewer' | 'operator' | 'suspended' | 'nowhere' | 'staff';
  readonly headers?: readonly string[];
};

const MEMBERS =
  'memberships(first: 3) { totalCount edges { cursor node { id roles joinedAt user { name email } } } pageInfo { endCursor hasNextPage } }';
const DASHBOARD = `{ tenant { id name slug status statusReason createdAt billingEmail plan { code name } memberCount ${MEMBERS} } viewer { name permissions } }`;
const RENAME = 'mutation ($input: RenameTenantInput!) { renameTenant(input: $input) { tenant { name } } }';
const IDS = [
  'Tenant:0190d0d0-0000-7000-8000-000000000200',
  'User:0190d0d0-0000-7000-8000-000000000101',
  'Tenant:0190d0d0-0000-7000-8000-000000000201',
].map(id => Buffer.from(id).toString('base64url'));
const MODERN = 'accept: application/graphql-response+json';
const TWO = 'query A { viewer { principal } } query B { tenant { name billingEmail } }';
const VARIABLE =
  'query ($n: Int = 2, $skip: Boolean!) { tenant { memberships(first: $n) { edges { node { id @skip(if: $skip) user { email } } } } } }';

/**
 * What answers must stay, to the byte: refusals of every kind, every shape of a selection, and what
 * goes wrong on the way.
 */
// biome-ignore format: a table is read by its columns
export const QUESTIONS: Readonly<Record<string, PreparedOperation>> = {
  'all that an owner reads':              { as: 'owner',     ask: { query: DASHBOARD } },
  'all that a viewer reads':              { as: 'viewer',    ask: { query: DASHBOARD } },
  'all that an operator reads':           { as: 'operator',  ask: { query: DASHBOARD } },
  'all that a suspended owner reads':     { as: 'suspended', ask: { query: DASHBOARD } },
  'all that a member of nothing reads':   { as: 'nowhere',   ask: { query: DASHBOARD } },
  'all that staff read':                  { as: 'staff',     ask: { query: DASHBOARD } },
  'all that nobody reads':                {                  ask: { query: DASHBOARD } },
  'refused, a change by role':            { as: 'viewer',    ask: { query: RENAME, variables: { input: { name: 'New' } } }, headers: [MODERN] },
  'refused, a change by status':          { as: 'suspended', ask: { query: RENAME, variables: { input: { name: 'New' } } } },
  'refused, a change outside of a tenant': { as: 'nowhere',  ask: { query: RENAME, variables: { input: { name: 'New' } } } },
  'refused, a change by nobody':          {                  ask: { query: RENAME, variables: { input: { name: 'New' } } } },
  'refused, a change by staff':           { as: 'staff',     ask: { query: RENAME, variables: { input: { name: 'New' } } } },
  'refused, of staff to an owner':        { as: 'owner',     ask: { query: 'mutation { staffSuspendTenant(input: { tenantId: "0190d0d0-0000-7000-8000-000000000200", reason: "x" }) { tenant { name } } }' } },
  'refused under aliases':                { as: 'viewer',    ask: { query: '{ tenant { a: billingEmail b: billingEmail name\n  c: billingEmail } }' } },
  'refused in fragments':                 { as: 'viewer',    ask: { query: 'query Q { tenant { ...F ... on Tenant { billingEmail } ... { x: billingEmail } } }\nfragment F on Tenant { billingEmail memberships(first: 4) { edges { ...E } } }\nfragment E on TenantMembershipsEdge { node { user { ...U email } } }\nfragment U on User { name email }' } },
  'refused where one field stands twice': { as: 'viewer',    ask: { query: '{ tenant { billingEmail }\n tenant { billingEmail name } }' } },
  'refused at the end of many lines':     { as: 'viewer',    ask: { query: '# é Ω\n\n{\r\n\ttenant {\n      name\n  billingEmail\r\n} }' } },
  'refused in lists of lists':            { as: 'viewer',    ask: { query: '{ tenant { memberships(first: 4) { edges { node { user { email } } } other: edges { node { user { id e: email } } } } } }' } },
  'refused in a list of nodes':           { as: 'viewer',    ask: { query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on User { email name } ... on Tenant { billingEmail } } }', variables: { ids: IDS } } },
  'refused by the type of a node':        { as: 'operator',  ask: { query: 'query ($ids: [ID!]!, $id: ID!) { nodes(ids: $ids) { __typename id } node(id: $id) { id } }', variables: { ids: IDS, id: IDS[1] } } },
  'refused fields under a variable':      { as: 'viewer',    ask: { query: VARIABLE, variables: { skip: true } } },
  'fields that a variable skips':         { as: 'owner',     ask: { query: VARIABLE, variables: { skip: false, n: 1 } } },
  'changed, by an owner':                 { as: 'owner',     ask: { query: RENAME, variables: { input: { name: 'The north' } } } },
  'a value that is out of range':         { as: 'owner',     ask: { query: RENAME, variables: { input: { name: ' ' } } } },
  'a cursor that is not ours':            { as: 'owner',     ask: { query: '{ tenant { name memberships(after: "x") { totalCount } } }' }, headers: [MODERN] },
  'a page that is too large':             { as: 'owner',     ask: { query: '{ tenant { name memberships(first: 101) { totalCount } } }' } },
  'an id that is not ours':               { as: 'owner',     ask: { query: '{ node(id: "x") { id } }' } },
  'ids that are not ours':                { as: 'owner',     ask: { query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables: { ids: ['x'] } } },
  'an id of ours, of another kind':       { as: 'owner',     ask: { query: '{ nodes(ids: ["VGVuYW50Og"]) { id } }' }, headers: [MODERN] },
  'a variable that is missing':           { as: 'owner',     ask: { query: VARIABLE } },
  'a variable of the wrong kind':         { as: 'owner',     ask: { query: VARIABLE, variables: { skip: 1, n: 'x' } }, headers: [MODERN] },
  'a variable that nobody asked for':     { as: 'owner',     ask: { query: '{ tenant { name } }', variables: { other: { a: [null] } } } },
  'variables with halves of a letter':    { as: 'owner',     ask: '{"query":"{ tenant { name } }","variables":{"a":"\\ud800"}}' },
  'too complex':                          { as: 'owner',     ask: { query: `query ($n: Int) { ${Array.from({ length: 20 }, (_, i) => `t${i}: tenant { memberships(first: $n) { edges { node { id roles user { name email id } } } } }`).join(' ')} }`, variables: { n: 100 } } },
  'the first of two operations':          { as: 'viewer',    ask: { query: TWO, operationName: 'A' } },
  'the second of two operations':         { as: 'viewer',    ask: { query: TWO, operationName: 'B' } },
  'neither of two operations':            { as: 'viewer',    ask: { query: TWO }, headers: [MODERN] },
  'a third of two operations':            { as: 'viewer',    ask: { query: TWO, operationName: 'C' } },
  'an operation named by nothing':        { as: 'viewer',    ask: { query: '{ tenant { name } }', operationName: null, variables: null, extensions: null } },
  'an operation named by an empty text':  { as: 'viewer',    ask: { query: '{ tenant { name } }', operationName: '' } },
  'what is not GraphQL':                  { as: 'owner',     ask: { query: '{ tenant { ' } },
  'a field that is not there':            { as: 'owner',     ask: { query: '{ tenant { nam } }' } },
  'a query that is no text':              { as: 'owner',     ask: { query: 1 } },
  'no query':                             { as: 'owner',     ask: {} },
  'a parameter that is not one':          { as: 'owner',     ask: { query: '{ tenant { name } }', id: '1' } },
  'extensions':                           { as: 'owner',     ask: { query: '{ tenant { name } }', extensions: { a: 1 } } },
  'extensions that are a list':           { as: 'owner',     ask: { query: '{ tenant { name } }', extensions: [] } },
  'variables that are a list':            { as: 'owner',     ask: { query: '{ tenant { name } }', variables: [] } },
  'a list of requests':                   { as: 'owner',     ask: [{ query: '{ tenant { name } }' }] },
  'what is not JSON':                     { as: 'owner',     ask: '{' },
  'nothing':                              { as: 'owner',     ask: '' },
  'a parameter twice':                    { as: 'owner',     ask: '{"query":"{ plans { code } }","query":"{ tenant { name } }"}' },
  'as application/json':                  { as: 'viewer',    ask: { query: '{ tenant { name billingEmail } }' }, headers: ['accept: application/json'] },
  'as graphql-response':                  { as: 'viewer',    ask: { query: '{ tenant { name billingEmail } }' }, headers: [MODERN] },
  'as anything':                          { as: 'viewer',    ask: { query: '{ tenant { name billingEmail } }' }, headers: ['accept: */*'] },
  'of whatever application type':         { as: 'viewer',    ask: { query: '{ tenant { name billingEmail } }' }, headers: ['accept: application/*'] },
  'as one of two, the newer first':       { as: 'viewer',    ask: { query: '{ tenant { name billingEmail } }' }, headers: ['accept: application/graphql-response+json, application/json;q=0.9'] },
  'as one of two, the older first':       { as: 'viewer',    ask: { query: '{ tenant { name billingEmail } }' }, headers: ['Accept: application/json, application/graphql-response+json'] },
  'as a browser asks':                    { as: 'viewer',    ask: { query: '{ tenant { name billingEmail } }' }, headers: ['accept: text/html,application/xhtml+xml,*/*;q=0.8'] },
  'as in UTF-8':                          { as: 'viewer',    ask: { query: '{ tenant { name billingEmail } }' }, headers: ['accept: application/json; charset=utf-8', 'content-type: application/json; charset=utf-8'] },
  'as nothing that there is':             { as: 'viewer',    ask: { query: '{ tenant { name } }' }, headers: ['accept: text/html'] },
  'by GET':                               { as: 'viewer',    get: 'query=%7B%20tenant%20%7B%20name%20billingEmail%20%7D%20%7D', headers: ['x-graphql-csrf: 1'] },
  'in a tenant of somebody else':         { as: 'owner',     ask: { query: '{ tenant { name } }' }, headers: ['x-tenant-id: south'] },
  'introspected':                         { as: 'owner',     ask: { query: '{ __typename __type(name: "Plan") { name kind fields { name type { name kind } } } }' } },
};
