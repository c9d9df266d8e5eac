import { builder } from '../../src/graphql/core/builder.ts';
import { mutation } from '../../src/graphql/core/mutation.ts';

/**
 * Adds deprecated parts to the schema that the gateway builds afterwards in this process, because
 * the real one may have none. Import it before the gateway is started.
 */
export const REASON = 'Use tenant. It is removed after 2027-03-01.';
const deprecationReason = REASON;

const Tone = builder.enumType('Tone', { values: { CALM: {}, LOUD: { deprecationReason } } });
const Wish = builder.inputType('Wish', {
  fields: t => ({ text: t.string(), former: t.string({ deprecationReason }), tone: t.field({ type: Tone }) }),
});
const Wishes = builder.inputType('Wishes', { fields: t => ({ list: t.field({ type: [Wish] }) }) });

builder.queryFields(t => ({
  formerGreeting: t.string({ policy: 'public', deprecationReason, resolve: () => 'Hello' }),
  formerSecret: t.string({ policy: 'billing-contact:read', nullable: true, deprecationReason, resolve: () => 'x' }),
  greeting: t.string({
    policy: 'public',
    args: { name: t.arg.string({ deprecationReason }), tone: t.arg({ type: Tone }), wishes: t.arg({ type: Wishes }) },
    resolve: () => 'Hello',
  }),
}));

const GreetPayload = builder.objectRef<{ text: string }>('GreetPayload').implement({
  fields: t => ({ text: t.exposeString('text', { policy: 'public' }) }),
});
mutation('greet', {
  policy: 'tenant:read',
  unlogged: 'it changes nothing',
  description: 'Greets.',
  input: t => ({ wish: t.field({ type: Wish }) }),
  payload: GreetPayload,
  run: async () => ({ text: 'Hello' }),
});
