import { builder } from '../core/builder.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import { DocumentAudienceType, documentAudience } from './audience.ts';

const read = { policy: 'document:read', nullable: true } as const;

export const TrustedDocument = builder.prismaNode('TrustedDocument', {
  description: 'A document that a version of an app may send by its id, or that one API key may.',
  tenantOf: (row: { tenantId: string }) => row.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'document:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true },
  fields: t => ({
    documentId: t.string({
      ...read,
      description: 'What to send as `documentId`: `sha256:` and the SHA-256 of the text.',
      select: { hash: true },
      resolve: ({ hash }) => `sha256:${hash}`,
    }),
    app: t.exposeString('app', read),
    version: t.exposeString('version', {
      ...read,
      description: 'The version of the app. Its documents are registered and retired together.',
    }),
    apiKey: t.relation('apiKey', {
      policy: 'api-key:read',
      nullable: true,
      description: 'The only API key that may send it. Null: every caller of the tenant may.',
    }),
    text: t.exposeString('text', read),
    createdAt: t.expose('createdAt', { type: 'DateTime', ...read }),
    retiredAt: t.expose('retiredAt', { type: 'DateTime', ...read, description: 'When its version was retired. Null: it is not.' }),
    cost: t.int({
      ...read,
      description:
        'The cost points of the document at most: every page full, the largest pages where a variable gives their size, and no field skipped. Fails for a document that does not fit the schema any more.',
      select: { text: true },
      resolve: async ({ text }, _args, context) => (await context.examine(text, context)).cost,
    }),
    audience: t.field({
      type: DocumentAudienceType,
      ...read,
      description: 'Who can run it completely. Fails for a document that does not fit the schema any more.',
      select: { text: true },
      resolve: async ({ text }, _args, context) => documentAudience((await context.examine(text, context)).permissions),
    }),
  }),
});
