import { createHash } from 'node:crypto';

/** The SHA-256 of a document's text, in UTF-8: 64 hexadecimal digits in lower case. */
export const documentHash = (text: string): string => createHash('sha256').update(text).digest('hex');

const HASH = /^[0-9a-f]{64}$/;

/** Whether a text is the hash of some document. */
export const isDocumentHash = (text: string): boolean => HASH.test(text);
