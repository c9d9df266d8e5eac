import { minutesAfter } from './services.ts';

/**
 * A message that the mail server refused, or that couldn't be sent to it. `replyCode` is the
 * server's SMTP reply code, null without a reply. `isFinal`: the recipient or the message is
 * refused permanently (RFC 5321, 4.2.1). A wrong password of ours, for example, isn't final.
 */
export class Undelivered extends Error {
  constructor(
    message: string,
    readonly replyCode: number | null,
    readonly isFinal: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * How the delivery of a message fares, as stored beside whatever it is about. It is tried while
 * neither `sentAt` nor `givenUpAt` is set and `nextTryAt` is past or null.
 */
export type Delivery = {
  /** Tries that have begun. */
  readonly tries: number;
  /** Those of them that ended with a final refusal. */
  readonly refusals: number;
  readonly replyCode: number | null;
  readonly nextTryAt: Date | null;
  readonly givenUpAt: Date | null;
};

/**
 * Final refusals after which a message is given up. Not one: servers answer 5xx by mistake, while
 * their configuration changes, for example.
 */
const MAX_REFUSALS = 3;

/** The pause after the first try, and the longest, minutes. It doubles with each try. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [5, 240];

/** Matches the rows whose message is to be tried at a moment. */
export const isDue = (now: Date) => ({ sentAt: null, givenUpAt: null, OR: [{ nextTryAt: null }, { nextTryAt: { lte: now } }] });

/** What to store before a message is tried, so that a try that breaks off is repeated later. */
export const beginTry = ({ tries }: Pick<Delivery, 'tries'>, now: Date) => ({
  tries: tries + 1,
  nextTryAt: minutesAfter(now, Math.min(FIRST_PAUSE * 2 ** tries, LONGEST_PAUSE)),
});

/** What to store after a try has failed. */
export function afterFailure({ refusals }: Pick<Delivery, 'refusals'>, failure: unknown, now: Date) {
  const { replyCode, isFinal } = failure instanceof Undelivered ? failure : { replyCode: null, isFinal: false };
  if (!isFinal) return { replyCode };
  const isGivenUp = refusals + 1 >= MAX_REFUSALS;
  return { replyCode, refusals: refusals + 1, ...(isGivenUp && { givenUpAt: now, nextTryAt: null }) };
}

/** What an SMTP reply code means (RFC 5321, 4.2.3). The server's own text may name others. */
const REPLIES: Readonly<Record<number, string>> = {
  421: 'the mail server is not available at the moment',
  450: 'the mailbox is not available at the moment',
  451: 'the mail server has a problem at the moment',
  452: 'the mail server has no space at the moment',
  550: "the mailbox doesn't exist or refuses the message",
  551: 'the mailbox has moved',
  552: 'the mailbox is full or the message too large',
  553: 'the address is not valid there',
  554: 'the mail server refuses the message',
};

/** A reply code in plain words, never in those of the server. */
export const replyInWords = (code: number): string =>
  `${code}: ${REPLIES[code] ?? (code >= 500 ? 'the mail server refuses the message' : 'the mail server has a problem at the moment')}`;
