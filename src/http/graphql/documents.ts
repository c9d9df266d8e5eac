import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { PreparedOperation } from '../../executor/prepared-operation.ts';
import type { Parameters } from './parameters.ts';

/**
 * Documents that are cached, and the letters that one of them and all of them may have: a few large
 * documents (256 kB) must not evict those that everybody sends.
 */
const LIMITS = { max: 1_000, maxEntrySize: 20_000, maxSize: 500_000 } as const;

/** Documents, by their text. */
export type Documents = {
  /** Parsed documents, and the errors of those that can't be parsed: yoga's own caches. */
  readonly parsed: LRUCache<string, DocumentNode>;
  readonly failed: LRUCache<string, Error>;
  /** Notes that a document is valid and within the limits that depend on the document alone. */
  readonly markValidated: (document: DocumentNode) => void;
  /** Forgets a document that isn't valid: it would take the place of one that is. */
  readonly forget: (document: DocumentNode) => void;
  /** The operation that parameters name, of a document that was parsed; null for any other. */
  readonly operation: (schema: GraphQLSchema, parameters: object) => PreparedOperation | null;
  /** A document that was marked as validated, or undefined. */
  readonly validated: (text: string) => DocumentNode | undefined;
};

export function createDocuments(): Documents {
  const options = { ...LIMITS, sizeCalculation: (_value: unknown, text: string) => text.length + 1 };
  // Key of both: the document's text. Parsing depends on nothing else.
  const parsed = new LRUCache<string, DocumentNode>(options);
  const failed = new LRUCache<string, Error>(options);
  // Key: the parsed document. Validation depends on it and on the schema, of which there is one.
  const validated = new WeakSet<DocumentNode>();
  return {
    parsed,
    failed,
    markValidated: document => void validated.add(document),
    forget: ({ loc }) => void parsed.delete(loc!.source.body),
    operation: (schema, parameters) => {
      const { query = '', operationName, variables } = parameters as Partial<Parameters>;
      const document = parsed.get(query);
      return document ? PreparedOperation.of(schema, { document, operationName, variableValues: variables }) : null;
    },
    validated: text => {
      const document = parsed.get(text);
      return document && validated.has(document) ? document : undefined;
    },
  };
}
