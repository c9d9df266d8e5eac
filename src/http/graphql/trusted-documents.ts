import { Kind, type OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { type DocumentMode, stricter } from '../../access/document-mode.ts';
import { findDocument } from '../../database/queries/trusted-document.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import { documentHash } from '../../domain/trusted-document/hash.ts';
import type { Manifest } from '../../domain/trusted-document/manifest.ts';
import type { DocumentId, PreparedOperation } from '../../executor/prepared-operation.ts';
import type { Context, UnconfirmedContext } from '../../graphql/core/context.ts';
import { unknownDocument } from './document-id.ts';
import { parseWithinLimits } from './limits.ts';
import { isSlugOf, tenantSlug } from './operation-tenant.ts';

/** The documents of the operator, which every caller may send, and what becomes of others. */
export type TrustSettings = { readonly mode: DocumentMode; readonly documents: Manifest };

/** Every document runs, and the operator has none. */
export const NO_TRUST: TrustSettings = { mode: 'off', documents: new Map() };

type Caller = Pick<Context, 'grant' | 'apiKey' | 'documentsRevision'>;

/** Mutations that always run, because nothing could be registered without them. */
const REGISTRATIONS: readonly string[] = ['registerDocuments', 'retireDocuments'];

const TEXTS = { max: 1_000, maxSize: 2_000_000 } as const;
const MAX_ANSWERS = 20_000;
const MAX_REPORTED = 10_000;

/**
 * The trusted documents (SPEC G9): those of the operator, and those of each tenant, which belong to
 * it alone. A text is what its hash says, no matter by which tenant it was registered. Whether a
 * caller may send it is asked of the database once for each revision of the tenant's documents,
 * which every request reads with the caller's membership or API key.
 */
export class TrustedDocuments {
  /** Texts of documents that were looked up. Key: the hash. */
  readonly #texts = new LRUCache<string, string>({ ...TEXTS, sizeCalculation: text => text.length + 1 });
  /**
   * Whether a registered document is live. Key: tenant, revision of its documents, API key, hash.
   * The revision is confirmed with the caller's membership.
   */
  readonly #isLive = new LRUCache<string, boolean>({ max: MAX_ANSWERS });
  /** Documents that were logged as not trusted. Key: tenant and hash. */
  readonly #reported = new LRUCache<string, true>({ max: MAX_REPORTED });

  constructor(private readonly settings: TrustSettings) {}

  /** The text of a document by its hash, if it was looked up or is the operator's. */
  textOf = (hash: string): string | undefined => this.settings.documents.get(hash) ?? this.#texts.get(hash);

  /** Whether a document is the operator's: every caller may send it. */
  isOperators = (hash: string): boolean => this.settings.documents.has(hash);

  /**
   * Whether it is known without the database that a caller may send an operation, under an
   * optimistic context as well. Its confirmation compares the revision, except for a mutation,
   * whose transaction confirms the caller's access alone.
   */
  isKnown(operation: PreparedOperation, context: Context | UnconfirmedContext): boolean {
    const { documentId, document } = operation;
    if (documentId === undefined && this.#modeFor(context) === 'off') return true;
    const hash = documentId?.hash ?? documentHash(document.loc!.source.body);
    if (this.isOperators(hash)) return true;
    if (operation.operation.operation === 'mutation' || !this.#isLive.get(keyOf(hash, context))) return false;
    return documentId === undefined || isSlugOf(tenantSlug(operation), context);
  }

  /**
   * Checks that a caller may send a document, and returns its text if it was sent by its id.
   *
   * @param sent finds the text of a request without an id, or its parameters.
   * @throws {GatewayError} DOCUMENT_NOT_FOUND, DOCUMENT_RETIRED, DOCUMENT_NOT_TRUSTED, or what
   * Apollo Client expects.
   */
  async check(id: DocumentId | null, sent: () => string | object, context: Context, log: Logger): Promise<string | null> {
    if (id) return await this.#textFor(id, context);
    const mode = this.#modeFor(context);
    if (mode === 'off') return null;
    const text = textIn(sent());
    if (text === null) return null; // It is refused as no GraphQL request.
    const hash = documentHash(text);
    if (this.isOperators(hash)) return null;
    const isLive = await this.#find(hash, context);
    if (isLive || isRegistration(text)) return null;
    if (mode === 'log') this.#report(hash, context, log);
    else if (isLive === false) throw retired();
    else
      throw new GatewayError(
        'DOCUMENT_NOT_TRUSTED',
        'Only registered documents run here. Register this one with `registerDocuments`, then send it by its `documentId` or as it is.',
      );
    return null;
  }

  async #textFor(id: DocumentId, context: Context): Promise<string> {
    const { hash } = id;
    if (!this.isOperators(hash)) {
      const isLive = await this.#find(hash, context);
      if (isLive === null) throw unknownDocument(id, Boolean(context.documentsRevision) || this.settings.documents.size > 0);
      if (!isLive) throw retired();
    }
    return this.textOf(hash)!;
  }

  /** Whether a tenant's document is live; null if it isn't registered for the caller. */
  async #find(hash: string, context: Context): Promise<boolean | null> {
    // A tenant that never registered a document has the revision 0.
    if (!context.documentsRevision) return null;
    const key = keyOf(hash, context);
    const cached = this.#texts.has(hash) ? this.#isLive.get(key) : undefined;
    if (cached !== undefined) return cached;
    const found = await findDocument(context.work.query, hash, context.apiKey?.id ?? null);
    if (!found) return null;
    this.#texts.set(hash, found.text);
    this.#isLive.set(key, found.isLive);
    return found.isLive;
  }

  /** Platform staff may send any document. */
  #modeFor({ grant, apiKey }: Caller): DocumentMode {
    return grant.principal.kind === 'staff' ? 'off' : stricter(this.settings.mode, apiKey?.documentMode ?? 'off');
  }

  #report(hash: string, { grant, apiKey, requestId }: Context, log: Logger): void {
    const tenantId = grant.tenantAccess?.tenantId ?? null;
    const key = `${tenantId} ${hash}`;
    if (this.#reported.has(key)) return;
    this.#reported.set(key, true);
    const documentId = `sha256:${hash}`;
    log.warn({ requestId, tenantId, principal: grant.principal.kind, apiKeyId: apiKey?.id, documentId }, 'a document is not trusted');
  }
}

function textIn(sent: string | object): string | null {
  const text = typeof sent === 'string' ? sent : (sent as { query?: unknown }).query;
  return typeof text === 'string' ? text : null;
}

const retired = () => new GatewayError('DOCUMENT_RETIRED', 'This document was retired. Update the app that sends it.');

const keyOf = (hash: string, { grant, apiKey, documentsRevision }: Caller): string =>
  [grant.tenantAccess?.tenantId, documentsRevision, apiKey?.id, hash].join();

/** Whether a document registers or retires documents and does nothing else. */
function isRegistration(text: string): boolean {
  if (!REGISTRATIONS.some(name => text.includes(name))) return false;
  const definitions = parseWithinLimits(text)?.definitions ?? [];
  return definitions.length === 1 && isRegistrationOnly(definitions[0] as OperationDefinitionNode);
}

const isRegistrationOnly = ({ operation, selectionSet }: OperationDefinitionNode): boolean =>
  operation === 'mutation' &&
  selectionSet.selections.every(selection => selection.kind === Kind.FIELD && REGISTRATIONS.includes(selection.name.value));
