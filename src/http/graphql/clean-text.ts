import { type DocumentNode, visit } from 'graphql';

const clean = (text: string) => text.isWellFormed() && !text.includes('\0');

/** Iterative, because JSON may be nested more deeply than the stack allows. */
function isClean(variables: unknown): boolean {
  const pending: unknown[] = [variables];
  while (pending.length) {
    const value = pending.pop();
    if (typeof value === 'string' && !clean(value)) return false;
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      if (!clean(key)) return false;
      pending.push(inner);
    }
  }
  return true;
}

const cleanDocuments = new WeakMap<DocumentNode, boolean>();

function isCleanDocument(document: DocumentNode): boolean {
  const cached = cleanDocuments.get(document);
  if (cached !== undefined) return cached;
  const texts: string[] = [];
  visit(document, { StringValue: ({ value }) => void texts.push(value) });
  const result = texts.every(clean);
  cleanDocuments.set(document, result);
  return result;
}

/**
 * Whether PostgreSQL can store every text of a request: none has a NUL or half of a surrogate pair.
 */
export const isCleanText = (document: DocumentNode, variables: unknown): boolean => isCleanDocument(document) && isClean(variables ?? {});
