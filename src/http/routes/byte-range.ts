/** A part of an object by its first and last byte, both included. */
export type ByteRange = { readonly start: number; readonly end: number };

/** The headers of a request for a part, and what the object is now. */
export type RangeRequest = {
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly size: number;
  readonly etag: string;
};

/**
 * The part that a request asks for (RFC 9110, 14); null for the whole object: without a range, with
 * an invalid one or several, and if `If-Range` names another version. `unsatisfiable` if the range
 * starts behind the end.
 */
export function byteRange({ range, ifRange, size, etag }: RangeRequest): ByteRange | 'unsatisfiable' | null {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(range?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '' || (ifRange !== undefined && ifRange !== etag)) return null;
  if (first === '') return Number(last) && size ? { start: Math.max(size - Number(last), 0), end: size - 1 } : 'unsatisfiable';
  const [start, end] = [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)];
  if (last !== '' && Number(last) < start) return null;
  return start < size ? { start, end } : 'unsatisfiable';
}
