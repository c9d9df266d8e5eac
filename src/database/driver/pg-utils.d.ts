declare module 'pg/lib/utils.js' {
  /** How pg writes a value that is a parameter. */
  const utils: { prepareValue(value: unknown): string | Buffer | null };
  export default utils;
}
