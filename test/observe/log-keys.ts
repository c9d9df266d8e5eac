/** The keys of a log line, sorted. */
export const keysOf = (line: object): string => Object.keys(line).sort().join(' ');
