/** What RFC 8187 lets stand as it is in an extended value. */
const percent = (text: string) =>
  encodeURIComponent(text).replace(/['()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * The header by which a browser saves a file under its name instead of showing it (RFC 6266): the
 * name in full for those who read `filename*`, and in plain ASCII for the others.
 */
export const attachment = (name: string): string =>
  `attachment; filename="${name.normalize('NFKD').replace(/[^\x20-\x7e]|["\\%/]/g, '_')}"; filename*=UTF-8''${percent(name)}`;
