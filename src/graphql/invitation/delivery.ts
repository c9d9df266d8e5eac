import { type Delivery, replyInWords } from '../../domain/core/delivery.ts';
import { builder } from '../core/builder.ts';
import { enumValues } from '../core/enum-values.ts';

type StoredDelivery = Omit<Delivery, 'refusals'> & { readonly sentAt: Date | null };

const DeliveryState = builder.enumType('DeliveryState', {
  values: enumValues(['waiting', 'retrying', 'given_up', 'sent'], {
    waiting: 'It is waiting for its first try.',
    retrying: 'It was not accepted, and is tried again at `nextTryAt` until the invitation expires.',
    given_up: 'The mail server refused it permanently several times. It is not tried again.',
    sent: 'The mail server accepted it.',
  }),
});

/** It contains no address and no text of a mail server. */
export const InvitationDelivery = builder.objectRef<StoredDelivery>('InvitationDelivery').implement({
  description: 'How the e-mail of an invitation fares.',
  fields: t => ({
    state: t.field({
      type: DeliveryState,
      policy: 'public',
      resolve: ({ sentAt, givenUpAt, tries }) => (sentAt ? 'sent' : givenUpAt ? 'given_up' : tries ? 'retrying' : 'waiting'),
    }),
    tries: t.exposeInt('tries', { policy: 'public', description: 'How often it was tried, including a try under way.' }),
    replyCode: t.exposeInt('replyCode', {
      policy: 'public',
      nullable: true,
      description: "The mail server's last SMTP reply code, such as 550. Null: it accepted the message, or didn't reply.",
    }),
    reply: t.string({
      policy: 'public',
      nullable: true,
      description: "The reply code in plain words, such as `550: the mailbox doesn't exist or refuses the message`.",
      resolve: ({ replyCode }) => (replyCode === null ? null : replyInWords(replyCode)),
    }),
    nextTryAt: t.expose('nextTryAt', { type: 'DateTime', policy: 'public', nullable: true, description: 'When it is tried again.' }),
  }),
});
