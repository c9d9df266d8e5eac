import { prefixOf, SHOWN } from '../../domain/api-key/secret.ts';
import { type ProvenKey, scopesOf } from '../../domain/api-key/sign-in.ts';
import { builder } from '../core/builder.ts';
import { encodeGlobalId, rowId } from '../core/global-id.ts';
import { PermissionName } from '../role/permission-name.ts';

/**
 * What a key reads of itself: no more than its holder was shown. It needs no permission, because no
 * other caller gets such an object.
 */
export const ViewerApiKey = builder.node(builder.objectRef<ProvenKey>('ViewerApiKey'), {
  description: 'The API key that the request carries.',
  id: { resolve: rowId, policy: 'public' },
  loadWithoutCache: (id, { apiKey }) => (apiKey && rowId(apiKey) === id ? apiKey : null),
  fields: t => ({
    apiKeyId: t.id({
      policy: 'public',
      description: 'The global id of the `ApiKey`, as members see it.',
      resolve: key => encodeGlobalId('ApiKey', rowId(key)),
    }),
    name: t.exposeString('name', { policy: 'public' }),
    prefix: t.string({
      policy: 'public',
      description: `The key's first ${SHOWN} characters, to recognize it by.`,
      resolve: ({ id }) => prefixOf(id),
    }),
    scopes: t.field({
      type: [PermissionName],
      policy: 'public',
      description: 'The permissions that the key has while its tenant is active.',
      resolve: ({ scopes }) => [...scopesOf(scopes)],
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', policy: 'public' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      policy: 'public',
      nullable: true,
      description: 'When the key expires. Null: never.',
    }),
  }),
});
