import { eraseMyself } from '../../domain/person/erase.ts';
import { builder } from '../core/builder.ts';
import { mutation } from '../core/mutation.ts';

const EraseMyselfPayload = builder.objectRef<{ requestedAt: Date }>('EraseMyselfPayload').implement({
  fields: t => ({
    requestedAt: t.expose('requestedAt', {
      type: 'DateTime',
      policy: 'public',
      description: 'When the erasure began. Your memberships end within moments.',
    }),
  }),
});

mutation('eraseMyself', {
  policy: 'person:erase',
  unlogged: 'it happens in no tenant; the log of each tenant gets `member.erase`',
  description:
    'Erases you: your memberships end, the invitations by and to you end, and in records that tenants keep your name and address become a pseudonym. This cannot be undone. Refused while you own a tenant. Export your data first: GET /person/export.',
  input: t => ({
    confirmation: t.string({
      required: true,
      description: 'Your e-mail address, as `viewer { email }` shows it; your name if you have no address.',
    }),
  }),
  payload: EraseMyselfPayload,
  run: (command, input) => eraseMyself(command, input),
});
