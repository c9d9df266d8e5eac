import { badInput } from '../core/errors.ts';
import { prose } from '../core/text.ts';
import { line } from '../tenant/name.ts';
import { tagOf } from './tag.ts';

/** An amount and its currency, as they were typed and found to be good. */
export type Price = { readonly amount: string; readonly currency: string };

/** What a listing says, where it is said. */
export type TermsInput = {
  readonly title?: string | null | undefined;
  readonly summary?: string | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  /** For one retrieval. */
  readonly price?: Price | null | undefined;
};

/** The longest title and summary, characters, and the most tags. */
const [TITLE, SUMMARY, TAGS] = [120, 2_000, 20];

/**
 * Terms as they are stored: those that are given (SPEC M1).
 *
 * @throws {GatewayError} BAD_USER_INPUT naming what can't be one.
 */
export const termsOf = ({ title, summary, tags, price }: TermsInput) => ({
  ...(title != null && { title: listingTitle(title) }),
  ...(summary != null && { summary: prose(summary, 'The summary', SUMMARY) }),
  ...(tags != null && { tags: listingTags(tags) }),
  ...(price != null && { price: price.amount, currency: price.currency }),
});

function listingTitle(text: string): string {
  const title = line(text, 'The title', TITLE);
  if (!title) throw badInput('The title is empty.');
  return title;
}

/** Each tag once. */
function listingTags(texts: readonly string[]): string[] {
  const tags = [...new Set(texts.map(tagOf))];
  if (tags.length > TAGS) throw badInput(`A listing has at most ${TAGS} tags.`, { limit: TAGS, actual: tags.length });
  return tags;
}

type Stored = { title: string; summary: string; tags: readonly string[]; price: { toFixed(): string }; currency: string };

/** What the log keeps of a listing: its price as a text, lest it become a float. */
export const refusalPayloadFor = ({ title, summary, tags, price, currency }: Stored) => ({
  title,
  summary,
  tags,
  price: price.toFixed(),
  currency,
});
