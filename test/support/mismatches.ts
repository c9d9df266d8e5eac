/**
 * What a list that is written by hand lacks, or has too much: a sentence for each name, with the
 * file to edit. None if the list is complete. `otherwise` ends the sentence for a name too much.
 */
export function mismatches(
  actual: Iterable<string>,
  listed: Iterable<string>,
  file: string,
  otherwise = "which doesn't exist",
): readonly string[] {
  const [found, named] = [new Set(actual), new Set(listed)];
  return [
    ...[...found].filter(name => !named.has(name)).map(name => `${file}: add ${name}`),
    ...[...named].filter(name => !found.has(name)).map(name => `${file}: remove ${name}, ${otherwise}`),
  ].sort();
}
