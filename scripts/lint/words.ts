import { readFileSync } from 'node:fs';

export type Finding = Readonly<{ line: number; text: string }>;

/** A word of `words.txt` with a pattern for it, and what to write instead. */
type Banned = Readonly<{ word: string; instead: string; pattern: RegExp }>;

const quoted = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Between two words of a phrase: blanks, or a line break with the next line's comment sign. */
const GAP = String.raw`(?:[ \t]+|[ \t]*\n[ \t]*(?:\*|//|--|#|>)?[ \t]*)`;

/** Reads lines of the form `word -> what to write instead`. Blank lines and `#` are skipped. */
export const parseWords = (list: string): readonly Banned[] =>
  list
    .split('\n')
    .filter(line => line.trim() && !line.startsWith('#'))
    .map(line => {
      const [word, instead] = line.split(' -> ');
      if (!word || !instead) throw new Error(`scripts/lint/words.txt: "${line}" isn't "word -> instead".`);
      const pattern = new RegExp(String.raw`(?<![\w$])${word.split(' ').map(quoted).join(GAP)}(?![\w$])`, 'g');
      return { word, instead, pattern };
    });

export const readWords = () => parseWords(readFileSync(new URL('./words.txt', import.meta.url), 'utf8'));

/** The banned words in a file's text, with their lines. */
export function findWords(text: string, words: readonly Banned[]): readonly Finding[] {
  const lineAt = (index: number) => text.slice(0, index).split('\n').length;
  return words.flatMap(({ word, instead, pattern }) =>
    [...text.matchAll(pattern)].map(({ index }) => ({ line: lineAt(index), text: `"${word}": write ${instead}` })),
  );
}
