import { type DocumentNode, Kind, OperationTypeNode, print } from 'graphql';

/** The types that a document carries, as in TypedDocumentNode of GraphQL Code Generator. */
export interface DocumentTypes<Data, Variables> {
  __apiType?: (variables: Variables) => Data;
}

/** A text that carries types: `'query …' as TypedText<Data, Variables>`. */
export type TypedText<Data, Variables> = string & DocumentTypes<Data, Variables>;

/** A registered document, by its id: `sha256:` and the hash of its text. */
export interface TrustedDocument<Data = unknown, Variables = Record<string, unknown>> extends DocumentTypes<Data, Variables> {
  readonly documentId: string;
}

/** An operation: its text, or a typed document of GraphQL Code Generator, or a registered one. */
export type Document<Data, Variables> =
  | string
  | TrustedDocument<Data, Variables>
  | ((DocumentNode | AnyText) & DocumentTypes<Data, Variables>);

/** A document of any data and variables. */
export type AnyDocument = Document<unknown, never>;

/** A text, or an object that is one, as TypedDocumentString of GraphQL Code Generator. */
type AnyText = { toString(): string; readonly length: number };

/** An operation as it is sent. */
export type Operation = {
  readonly body: { readonly query: string } | { readonly documentId: string };
  /** True of a mutation, and of a registered document, whose text is unknown. */
  readonly mayChange: boolean;
};

/** How an id begins. Newer versions of GraphQL Code Generator write it into their hashes. */
const PREFIX = 'sha256:';

const prepared = new WeakMap<object, Operation>();

/**
 * An operation as it is sent. A document with the hash of GraphQL Code Generator's
 * `persistedDocuments` is sent by its id.
 */
export function operationOf(document: AnyDocument): Operation {
  if (typeof document === 'string') return ofText(document);
  const known = prepared.get(document);
  if (known) return known;
  const operation = read(document);
  prepared.set(document, operation);
  return operation;
}

function read(document: object): Operation {
  if ('documentId' in document) return ofId(String(document.documentId));
  const { hash } = (document as { __meta__?: { hash?: string } }).__meta__ ?? {};
  if (hash) return ofId(hash.startsWith(PREFIX) ? hash : PREFIX + hash);
  if (!('definitions' in document)) return ofText(String(document));
  const node = document as DocumentNode;
  const mayChange = node.definitions.some(
    definition => definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.MUTATION,
  );
  return { body: { query: print(node) }, mayChange };
}

const ofId = (documentId: string): Operation => ({ body: { documentId }, mayChange: true });

/** The word may also be the name of a field: an idempotency key does a query no harm. */
const ofText = (query: string): Operation => ({ body: { query }, mayChange: /\bmutation\b/.test(query) });
