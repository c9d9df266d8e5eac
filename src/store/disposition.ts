/** Percent-encodes all but the characters that RFC 8187 allows in an extended value. */
const percent = (text: string) =>
  encodeURIComponent(text).replace(/['()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * A `Content-Disposition` by which a browser saves a file under its name instead of showing it (RFC
 * 6266): `filename*` has the full name, `filename` an ASCII form for old clients.
 */
export const attachment = (name: string): string =>
  `attachment; filename="${name.normalize('NFKD').replace(/[^\x20-\x7e]|["\\%/]/g, '_')}"; filename*=UTF-8''${percent(name)}`;
