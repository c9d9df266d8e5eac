import { badInput } from '../core/errors.ts';
import { line, prose } from '../core/text.ts';
import { tagOf } from './tag.ts';

/** A validated amount and its currency. */
export type Price = { readonly amount: string; readonly currency: string };

/** The terms of a listing. A term that is left out or null stays as it is. */
export type TermsInput = {
  readonly title?: string | null | undefined;
  readonly summary?: string | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  /** For one retrieval. */
  readonly price?: Price | null | undefined;
};

/** The longest title and summary, code points, and the largest number of tags. */
const [TITLE, SUMMARY, TAGS] = [120, 2_000, 20];

/**
 * The given terms in their stored form (SPEC M1).
 *
 * @throws {GatewayError} BAD_USER_INPUT naming the invalid term.
 */
export const termsOf = ({ title, summary, tags, price }: TermsInput) => ({
  ...(title != null && { title: line(title, 'The title', TITLE) }),
  ...(summary != null && { summary: prose(summary, 'The summary', SUMMARY) }),
  ...(tags != null && { tags: listingTags(tags) }),
  ...(price != null && { price: price.amount, currency: price.currency }),
});

/** Tags in their stored form, without duplicates. */
function listingTags(texts: readonly string[]): string[] {
  const tags = [...new Set(texts.map(tagOf))];
  if (tags.length > TAGS) throw badInput(`A listing has at most ${TAGS} tags.`, { limit: TAGS, actual: tags.length });
  return tags;
}

type Stored = { title: string; summary: string; tags: readonly string[]; price: { toFixed(): string }; currency: string };

/**
 * A listing's terms for the audit log, with the price as text so that it doesn't become a float.
 */
export const auditedTerms = ({ title, summary, tags, price, currency }: Stored) => ({
  title,
  summary,
  tags,
  price: price.toFixed(),
  currency,
});
