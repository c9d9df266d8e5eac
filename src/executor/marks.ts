import type { FieldPlan } from './query-plan.ts';
import type { Tally } from './tally.ts';

/**
 * Stands around the number of a mark: JSON escapes control characters, so text never contains it.
 */
const SIGN = '\u0001';

/** A step of a response path: a key, or a list, whose index is known when the list is written. */
export type Step = string | ListId;
type ListId = number;

type Mark =
  | { readonly kind: 'item'; readonly list: ListId; lastNested: ListId }
  | { readonly kind: 'refused'; readonly field: FieldPlan; readonly path: readonly Step[] }
  | { readonly kind: 'rows'; readonly pattern: string }
  | { readonly kind: 'stored' };

/**
 * Marks in the JSON that PostgreSQL writes. One after each list has the number of its items. One at
 * each refused field, and one before each item of a list with such a field, say how often the field
 * was refused, and at which indices: its errors need both. Stored JSON has one on each side: it is
 * written without PostgreSQL's blanks.
 */
export class Marks {
  readonly #marks: Mark[] = [];
  #lists = 0;
  #refused = 0;

  /** The text before each item of a new list; `write` adds what is inside of an item. */
  list<Written>(write: (list: ListId) => Written): { readonly written: Written; readonly prefix: string } {
    const mark: Mark = { kind: 'item', list: this.#lists++, lastNested: 0 };
    const prefix = this.#add(mark);
    const refused = this.#refused;
    const written = write(mark.list);
    mark.lastNested = this.#lists - 1;
    return { written, prefix: this.#refused > refused ? prefix : '' };
  }

  /** The texts before and after the number of a list's items. */
  rows(pattern: string): readonly [before: string, after: string] {
    return [this.#add({ kind: 'rows', pattern }), SIGN];
  }

  /** The texts before and after a stored object. */
  stored(): readonly [before: string, after: string] {
    return [this.#add({ kind: 'stored' }), SIGN];
  }

  /** The text of a refused field. */
  refused(field: FieldPlan, path: readonly Step[]): string {
    this.#refused += 1;
    return `${this.#add({ kind: 'refused', field, path })}null`;
  }

  #add(mark: Mark): string {
    return `${SIGN}${this.#marks.push(mark) - 1}${SIGN}`;
  }

  /**
   * Marked text as JSON. Calls `onRefused` for each refused field, in the order of the text, and
   * counts the items of lists.
   */
  read(text: string, onRefused: (field: FieldPlan, path: readonly (string | number)[]) => void, tally?: Tally): string {
    const parts = text.split(SIGN);
    if (parts.length === 1) return text;
    const indices = new Array<number>(this.#lists).fill(-1);
    let json = parts[0]!;
    for (let at = 1; at < parts.length; at += 2) {
      const mark = this.#marks[Number(parts[at])]!;
      if (mark.kind === 'item') {
        indices[mark.list]! += 1;
        indices.fill(-1, mark.list + 1, mark.lastNested + 1);
      } else if (mark.kind === 'rows') {
        at += 1;
        tally?.addRows(mark.pattern, Number(parts[at]));
      } else if (mark.kind === 'stored') {
        at += 1;
        json += JSON.stringify(JSON.parse(parts[at]!));
      } else
        onRefused(
          mark.field,
          mark.path.map(step => (typeof step === 'number' ? indices[step]! : step)),
        );
      json += parts[at + 1]!;
    }
    return json;
  }
}
