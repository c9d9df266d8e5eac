import { type DocumentNode, visit } from 'graphql';

const clean = (text: string) => text.isWellFormed() && !text.includes('\0');

/** Not by recursion: JSON may nest deeper than the stack. */
function isClean(variables: unknown): boolean {
  const left: unknown[] = [variables];
  while (left.length) {
    const value = left.pop();
    if (typeof value === 'string' && !clean(value)) return false;
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      if (!clean(key)) return false;
      left.push(inner);
    }
  }
  return true;
}

const cleanDocuments = new WeakMap<DocumentNode, boolean>();

function isCleanDocument(document: DocumentNode): boolean {
  const known = cleanDocuments.get(document);
  if (known !== undefined) return known;
  const texts: string[] = [];
  visit(document, { StringValue: ({ value }) => void texts.push(value) });
  const found = texts.every(clean);
  cleanDocuments.set(document, found);
  return found;
}

/**
 * Whether a request holds nothing but text that PostgreSQL can hold: no NUL, and no half of a
 * surrogate pair.
 */
export const isCleanText = (document: DocumentNode, variables: unknown): boolean => isCleanDocument(document) && isClean(variables ?? {});
