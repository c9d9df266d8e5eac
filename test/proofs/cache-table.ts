import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A cache: its file, the name of its variable, and what its key holds. */
export type Cache = { readonly file: string; readonly name: string; readonly key: string };

// biome-ignore format: a table is read by its columns
export const CACHES: readonly Cache[] = [
  { file: 'src/access/grant.ts',                        name: 'permissionSets',    key: 'kind of principal, scopes, status, features, roles, whether the input named the tenant' },
  { file: 'src/access/refusal-payload.ts',              name: 'payloads',          key: 'permission, within a request' },
  { file: 'src/access/refusal-payload.ts',              name: 'payloadsByRequest', key: 'request' },
  { file: 'src/access/refused-field.ts',                name: 'locations',         key: 'field of a document' },
  { file: 'src/database/driver/prepared-statements.ts', name: 'this.#names',       key: 'text of a statement, within a connection' },
  { file: 'src/database/driver/statement-names.ts',     name: 'this.#names',       key: 'text of a statement' },
  { file: 'src/database/sql/json-reader.ts',            name: 'template.name',     key: 'text of a statement' },
  { file: 'src/database/sql/json-reader.ts',            name: 'templates',         key: 'read, which has neither tenant nor person' },
  { file: 'src/database/tenancy/binding.ts',            name: 'combined',          key: 'text of the query that goes along' },
  { file: 'src/database/tenancy/binding.ts',            name: 'preludes',          key: 'query that goes along, tenant, person' },
  { file: 'src/domain/api-key/sign-in.ts',              name: 'noting',            key: 'API key whose use is being written' },
  { file: 'src/domain/audit/refusal-batches.ts',        name: 'latest',            key: 'tenant, actor, action and code of refusals that are being written' },
  { file: 'src/domain/audit/refusal.ts',                name: 'recorded',          key: 'error whose refusal is in the audit log' },
  { file: 'src/http/auth/refresh-people.ts',            name: 'underWay',          key: 'all claims of the token that is being written' },
  { file: 'src/executor/executor.ts',                   name: 'plans',             key: 'operation of a document' },
  { file: 'src/executor/json-format.ts',                name: 'enumNames',         key: 'enum type' },
  { file: 'src/executor/json-plan.ts',                  name: 'byPermissions',     key: 'permission set, within a selection' },
  { file: 'src/executor/json-plan.ts',                  name: 'shapes',            key: 'field of a document' },
  { file: 'src/executor/json.ts',                       name: 'inner',             key: 'permission set, then variables, within a field' },
  { file: 'src/executor/json.ts',                       name: 'queries',           key: 'field of a document, permission set, variables' },
  { file: 'src/executor/prepared-operation.ts',         name: 'this.#variables',   key: 'body of a request' },
  { file: 'src/graphql/core/command-plugin.ts',         name: 'outcomes',          key: 'request' },
  { file: 'src/graphql/core/batch.ts',                  name: 'batches',           key: 'request, within a loader' },
  { file: 'src/http/auth/build-context.ts',             name: 'read',              key: 'request' },
  { file: 'src/http/auth/issuer-keys.ts',               name: 'discovering',        key: 'issuer' },
  { file: 'src/http/auth/api-key.ts',                   name: 'proven',            key: 'hash of an API key; used only before its end, and if the database confirms it' },
  { file: 'src/http/auth/facts-cache.ts',               name: 'cache',             key: 'token or API key' },
  { file: 'src/http/auth/facts-cache.ts',               name: 'tenants',           key: 'X-Tenant-Id header and slug of the query, within a token or API key; used only if the database confirms it' },
  { file: 'src/http/auth/token-cache.ts',               name: 'cache',             key: 'text of a token; used only while its time and the issuer’s keys last' },
  { file: 'src/http/budget/budgets.ts',                 name: 'windows',           key: 'tenant, person or address; a count, which answers nothing but itself' },
  { file: 'src/http/budget/memory-source.ts',           name: 'taken',             key: 'tenant, person or address; a count, which answers nothing but itself' },
  { file: 'src/http/budget/leased-budgets.ts',          name: 'windows',           key: 'tenant, person or address; a count, which answers nothing but itself' },
  { file: 'src/http/graphql/closed-schema.ts',          name: 'introspecting',     key: 'document; who may read the schema is checked at each request' },
  { file: 'src/http/graphql/complexity.ts',             name: 'priced',            key: 'operation of a document, or of a request if the prices depend on its variables' },
  { file: 'src/http/graphql/clean-text.ts',             name: 'cleanDocuments',    key: 'document' },
  { file: 'src/http/graphql/complexity.ts',             name: 'analyzed',          key: 'operation of a document' },
  { file: 'src/http/graphql/deprecated-parts.ts',       name: 'facts',             key: 'operation of a document' },
  { file: 'src/http/graphql/deprecated-use.ts',         name: 'ofTenant',          key: 'caller and part; a count, which answers nothing' },
  { file: 'src/http/graphql/deprecated-use.ts',         name: 'waiting',           key: 'tenant; counts, which answer nothing' },
  { file: 'src/http/graphql/documents.ts',              name: 'failed',            key: 'text of a document' },
  { file: 'src/http/graphql/documents.ts',              name: 'parsed',            key: 'text of a document' },
  { file: 'src/http/graphql/documents.ts',              name: 'validated',         key: 'document' },
  { file: 'src/http/graphql/examine.ts',                name: 'examined',          key: 'document' },
  { file: 'src/http/graphql/trusted-documents.ts',      name: '#isLive',           key: 'tenant, revision of its documents, API key, hash; the database confirms the revision' },
  { file: 'src/http/graphql/trusted-documents.ts',      name: '#reported',         key: 'tenant, hash of a document that was logged' },
  { file: 'src/http/graphql/trusted-documents.ts',      name: '#texts',            key: 'hash of a document, which its text has; whether a caller may send it is checked at each request' },
  { file: 'src/http/graphql/operation-tenant.ts',       name: 'operation.tenantSlugs', key: 'body of a request' },
  { file: 'src/http/graphql/prepare.ts',                name: 'queries',           key: 'body of a request' },
  { file: 'src/http/server/negotiate.ts',               name: 'chosen',            key: 'Accept header' },
];

/** Collections and lazy values that are no caches: they live no longer than one call. */
// biome-ignore format: a table is read by its columns
export const NO_CACHES: readonly { readonly file: string; readonly name: string; readonly because: string }[] = [
  { file: 'src/database/standby/snapshot-work.ts', name: 'failure',       because: 'the first error of one read' },
  { file: 'src/access/grouped-refusals.ts',         name: 'groups',           because: 'local to a call' },
  { file: 'src/database/bound-work.ts',             name: 'this.#models',     because: 'the models of one unit of work' },
  { file: 'src/database/bound-work.ts',             name: 'this.#ownPrelude', because: 'the binding of one unit of work' },
  { file: 'src/database/driver/base-pool.ts',       name: '#closing',         because: 'the connections themselves' },
  { file: 'src/database/driver/caller.ts',          name: 'this.#running',    because: 'the reads of one request that are under way' },
  { file: 'src/database/driver/connection-shares.ts', name: '#counts',      because: 'a count of connections in use' },
  { file: 'src/http/server/request-queue.ts',       name: '#runningOf',     because: 'a count of requests under way' },
  { file: 'src/http/server/request-queue.ts',       name: '#waitingOf',     because: 'the requests that wait' },
  { file: 'src/database/driver/base-pool.ts',       name: '#inUse',           because: 'the connections themselves' },
  { file: 'src/database/driver/base-pool.ts',       name: 'this.#ended',      because: 'the end of a pool' },
  { file: 'src/database/driver/batch.ts',           name: 'this.#parseError', because: 'the first error of a batch' },
  { file: 'src/database/driver/pipelined-reads.ts', name: '#connections',     because: 'the connections themselves' },
  { file: 'src/database/driver/pipelined-reads.ts', name: 'this.#broken',     because: 'the error that broke a connection' },
  { file: 'src/database/driver/read-query.ts',      name: 'this.#parseError', because: 'the first error of a statement' },
  { file: 'src/database/driver/transaction.ts',     name: 'this.#ending',     because: 'the end of a transaction' },
  { file: 'src/database/driver/transaction.ts',     name: 'this.#failure',    because: 'the first error of a transaction' },
  { file: 'src/database/sql/counts.ts',             name: '#counts',          because: 'a count of reads, which answers nothing' },
  { file: 'src/database/sql/tables.ts',             name: 'tables',           because: 'the data model, built once' },
  { file: 'src/executor/compile.ts', name: 'type', because: 'local to a call' },
  { file: 'src/executor/collect.ts', name: 'spread', because: 'local to a call' },
  { file: 'src/executor/collect.ts',                name: 'fields',           because: 'local to a call' },
  { file: 'src/executor/forecast.ts',               name: '#found',           because: 'local to a call' },
  { file: 'src/graphql/core/deprecation.ts',        name: 'bySchema',         because: 'the deprecations of the schema, of which there is one' },
  { file: 'src/graphql/core/deprecation.ts',        name: 'found',            because: 'local to a call' },
  { file: 'src/executor/forecast.ts',               name: 'required',         because: 'local to a call' },
  { file: 'src/http/graphql/trusted-documents.ts',  name: 'NO_TRUST',         because: 'none, where the operator has no documents' },
  { file: 'src/http/graphql/handler.ts',            name: 'operation',        because: 'the operation of one request' },
  { file: 'src/domain/trusted-document/manifest.ts', name: 'manifest',        because: 'local to a call' },
  { file: 'src/graphql/core/node.ts',               name: 'types',            because: 'local to a call' },
  { file: 'src/http/graphql/explain.ts',            name: 'explained',        because: 'the document that a request explains' },
  { file: 'src/graphql/core/batch.ts',              name: 'ids',              because: 'local to a request' },
  { file: 'src/graphql/core/global-id.ts',          name: 'FORMS',            because: 'the types of nodes, from the schema when it is built' },
  { file: 'src/executor/tally.ts',                  name: 'NONE',             because: 'always empty' },
  { file: 'src/executor/tally.ts',                  name: 'this.#refused',    because: 'local to a request' },
  { file: 'src/executor/tally.ts',                  name: 'this.#rows',       because: 'local to a request' },
  { file: 'src/http/graphql/prices.ts',             name: 'fields',           because: 'local to a call; `priced` keeps the result' },
  { file: 'src/http/graphql/prices.ts',             name: 'lists',            because: 'local to a call; `priced` keeps the result' },
  { file: 'src/http/graphql/prices.ts',             name: 'paid',             because: 'local to a call' },
  { file: 'src/domain/event/follower.ts',              name: '#listeners',       because: 'who waits for events' },
  { file: 'src/domain/event/follower.ts',              name: 'this.#looking',    because: 'the look that is under way' },
  { file: 'src/domain/event/follower.ts',              name: 'this.#position',   because: 'what was announced, a number that answers nothing' },
  { file: 'src/http/live/person-streams.ts',        name: '#streams',         because: 'the open streams themselves' },
  { file: 'src/http/live/places.ts',                name: '#open',            because: 'a count of open streams' },
  { file: 'src/http/live/streams.ts',               name: '#tenants',         because: 'the open streams themselves; each caller is checked before each event' },
  { file: 'src/http/live/streams.ts',               name: 'this.#nextMinute', because: 'the timer of the end of a minute' },
  { file: 'src/http/live/streams.ts',               name: 'this.#heartbeat',  because: 'the timer of heartbeats' },
  { file: 'src/http/live/streams.ts',               name: 'this.#stopListening', because: 'whether the process follows events' },
  { file: 'src/http/live/tenant-streams.ts',        name: '#streams',         because: 'the open streams themselves' },
  { file: 'src/http/live/tenant-streams.ts',        name: 'reads',            because: 'local to a transaction' },
  { file: 'src/http/live/tenant-streams.ts',        name: 'this.#sending',    because: 'the transaction that is under way' },
  { file: 'src/http/graphql/deprecated-parts.ts',   name: 'found',            because: 'local to a call; `facts` keeps the result' },
  { file: 'src/http/auth/weak-key.ts',               name: 'remainders',       because: 'local to a call' },
  { file: 'src/http/graphql/deprecated-parts.ts',   name: 'type',             because: 'local to a call' },
  { file: 'src/http/graphql/deprecated-use.ts',     name: 'timer',            because: 'the timer of the next write' },
  { file: 'src/http/graphql/document-work.ts',      name: 'counts',           because: 'local to a call' },
  { file: 'src/http/graphql/document-work.ts',      name: 'fieldCounts',      because: 'local to a call' },
  { file: 'src/http/graphql/document-work.ts',      name: 'followed',         because: 'local to a call' },
  { file: 'src/http/graphql/document-work.ts',      name: 'fragments',        because: 'local to a call' },
  { file: 'src/http/graphql/document-work.ts',      name: 'merged',           because: 'local to a call' },
  { file: 'src/http/graphql/document-work.ts',      name: 'setsByName',       because: 'local to a call' },
  { file: 'src/http/graphql/operation-tenant.ts',   name: 'spread',           because: 'local to a call' },
  { file: 'src/http/routes/pages/pages.ts',         name: 'loading',          because: 'the pages’ files, the same for all' },
  { file: 'src/http/routes/schema-text.ts',        name: 'printed',          because: 'the text itself, one for all' },
  { file: 'src/graphql/subgraph.ts',                name: 'sdl',              because: 'the text itself, one for all' },
  { file: 'src/http/server/connections.ts',         name: 'arriving',         because: 'the connections themselves' },
  { file: 'src/http/server/connections.ts',         name: 'requests',         because: 'the connections themselves' },
  { file: 'src/http/server/request-counts.ts',      name: 'counts',           because: 'the counts themselves' },
  { file: 'src/http/server/request-record.ts',      name: 'codes',            because: 'the codes of one response' },
];

/** The rooms that a request runs through. */
const ROOMS = ['access', 'database', 'domain', 'executor', 'graphql', 'http'];

/**
 * Ways in which something is remembered: an empty collection that is filled later, `memoize`, and
 * an assignment of what isn't there yet.
 */
const REMEMBERED = [
  /([#\w.]+)(?:: [\w<>,| ]+)? = (?:[^=\n]* )?new (?:LRUCache|WeakMap|WeakSet)\b/g,
  /([#\w.]+)(?:: [\w<>,| ]+)? = (?:[^=\n]* )?new (?:Map|Set)(?:<[^()\n]*>)?\(\)/g,
  /([#\w.]+) = memoize\d?\(/g,
  /([#\w.]+) \?\?= /g,
];

/** All places in the source where something is remembered, as `file name`. */
export function cachesIn(root: string): readonly string[] {
  const files = ROOMS.flatMap(room =>
    readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' }).map(file => path.join(root, room, file)),
  );
  const found = files
    .filter(file => file.endsWith('.ts'))
    .flatMap(file => REMEMBERED.flatMap(pattern => [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, name]) => `${file} ${name}`)));
  return [...new Set(found)].sort();
}
