/** Lines that a file gets, before or after its only line that begins so; `within`: in the line. */
export type Insertion = {
  readonly file: string;
  readonly place: 'before' | 'after' | 'within';
  readonly anchor: string;
  readonly text: string;
};

/**
 * Reads the skeleton's insertions: `=== file`, then `--- before`, `--- after` or `--- within` with
 * the text of the file that they go to, then the lines.
 */
export function parseInsertions(list: string): readonly Insertion[] {
  return list
    .split(/^=== /m)
    .slice(1)
    .flatMap(section => {
      const [file = '', ...places] = section.split(/\n--- /);
      return places.map(place => {
        const [, where, anchor, text] = /^(before|after|within) (.*)\n([\s\S]*)$/.exec(`${place.trimEnd()}\n`) ?? [];
        if (!anchor || !text) throw new Error(`scripts/new/noun/insertions.txt: "--- ${place}" isn't "before", "after" or "within".`);
        return { file: file.trim(), place: where as Insertion['place'], anchor, text };
      });
    });
}

/**
 * A file's text with an insertion.
 *
 * @throws {Error} if the anchor isn't there exactly once.
 */
export function insert(text: string, { file, place, anchor, text: added }: Insertion): string {
  const parts = text.split(place === 'within' ? anchor : `\n${anchor}`);
  if (parts.length !== 2) throw new Error(`scripts/new/noun/insertions.txt: ${file} has ${parts.length - 1} times: ${anchor}`);
  const [above, below] = parts as [string, string];
  if (place === 'within') return `${above}${added.trimEnd()} ${anchor}${below}`;
  if (place === 'before') return `${above}\n${added}${anchor}${below}`;
  const end = below.indexOf('\n') + 1;
  return `${above}\n${anchor}${below.slice(0, end)}${added}${below.slice(end)}`;
}
