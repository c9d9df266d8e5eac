import { createHash } from 'node:crypto';

/** The SHA-256 of a document, in hexadecimal digits. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a request sends in place of a document's text. */
export const idOf = (text: string): string => `sha256:${hashOf(text)}`;

/** Documents as `persisted-documents.json` has them. */
export const manifestOf = (...texts: readonly string[]): Record<string, string> =>
  Object.fromEntries(texts.map(text => [hashOf(text), text]));
