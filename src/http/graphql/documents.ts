import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/**
 * How many documents are remembered, how long one of them may be, and all of them together, in
 * letters. A document may have 2,000 tokens and 256 kB: a few such are not to push out what
 * everybody asks for.
 */
const AT_MOST = { documents: 1_000, oneOf: 20_000, together: 500_000 } as const;

/** Documents by their text, the least recently asked ones forgotten. */
export type Documents = {
  /**
   * What was parsed; and why what wasn't could not be. In the form that yoga takes for its caches.
   */
  readonly parsed: LRUCache<string, DocumentNode>;
  readonly failed: LRUCache<string, Error>;
  /** Notes that a document fits the schema and the limits that look at the document alone. */
  readonly pass: (document: DocumentNode) => void;
  /** The document of a text that passed before, or undefined. */
  readonly known: (text: string) => DocumentNode | undefined;
};

export function createDocuments(): Documents {
  const { documents: max, oneOf: maxEntrySize, together: maxSize } = AT_MOST;
  const sizeCalculation = (_value: unknown, text: string) => text.length + 1;
  const parsed = new LRUCache<string, DocumentNode>({ max, maxSize, maxEntrySize, sizeCalculation });
  const failed = new LRUCache<string, Error>({ max, maxSize, maxEntrySize, sizeCalculation });
  const passed = new WeakSet<DocumentNode>();
  return {
    parsed,
    failed,
    pass: document => void passed.add(document),
    known: text => {
      const document = parsed.get(text);
      return document && passed.has(document) ? document : undefined;
    },
  };
}
