import type { Message } from '../core/services.ts';
import { type ReplacementFacts, replacedMessage } from '../ownership/replaced-message.ts';
import { type DisabledFacts, disabledMessage } from '../webhook/disabled-message.ts';

/** What a notice says, as it is stored until it is sent. Those of a replaced owner have no kind. */
export type NoticeFacts = ReplacementFacts | DisabledFacts;

/** The message of a notice. */
export const noticeMessage = (to: string, facts: NoticeFacts): Message =>
  'kind' in facts ? disabledMessage(to, facts) : replacedMessage(to, facts);
