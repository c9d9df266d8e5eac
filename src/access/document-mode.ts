/**
 * What becomes of documents that aren't trusted: they run, they run and are logged, or they are
 * refused. In this order, the later is the stricter.
 */
export const DOCUMENT_MODES = ['off', 'log', 'require'] as const;
export type DocumentMode = (typeof DOCUMENT_MODES)[number];

/** The stricter of two modes: neither the operator nor a key's holder can loosen the other's. */
export const stricter = (one: DocumentMode, other: DocumentMode): DocumentMode =>
  DOCUMENT_MODES.indexOf(one) > DOCUMENT_MODES.indexOf(other) ? one : other;
