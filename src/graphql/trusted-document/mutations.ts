import { GatewayError } from '../../domain/core/errors.ts';
import { type Manifest, readManifest } from '../../domain/trusted-document/manifest.ts';
import { DOCUMENTS, type RegisteredDocuments, registerDocuments } from '../../domain/trusted-document/register.ts';
import { type RetiredDocuments, retireDocuments } from '../../domain/trusted-document/retire.ts';
import { builder } from '../core/builder.ts';
import type { Context } from '../core/context.ts';
import { complexityOf } from '../core/cost.ts';
import { rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { TrustedDocument } from './trusted-document.ts';

const RegisterDocumentsPayload = builder.objectRef<RegisteredDocuments>('RegisterDocumentsPayload').implement({
  tenantOf: ({ tenantId }: RegisteredDocuments) => tenantId,
  fields: t => ({
    documents: t.prismaField({
      type: [TrustedDocument],
      policy: 'document:read',
      nullable: true,
      description: 'The documents of this call: those that are new, and those that the version had already.',
      complexity: complexityOf({ listSize: { assumedSize: DOCUMENTS.call } }),
      resolve: (query, { app, version, hashes }, _args, { work }) =>
        work.db.trustedDocument.findMany({ ...query, where: { app, version, hash: { in: [...hashes] } }, orderBy: { id: 'asc' } }),
    }),
  }),
});

mutation('registerDocuments', {
  policy: 'document:register',
  action: 'document.register',
  description: `Registers documents of a version of an app, at most ${DOCUMENTS.call} in a call; further calls add to the version. All of them, or none: each must fit the schema. It always runs, also where only registered documents do.`,
  input: t => ({
    app: t.string({ required: true, description: 'The name of the app: 1 to 80 characters.' }),
    version: t.string({ required: true, description: 'The version: 1 to 80 characters, such as a tag or a commit.' }),
    apiKeyId: t.globalID({
      description:
        'The only API key that may send these documents. A member registers them, not a key. Null or omitted: every caller of the tenant may.',
    }),
    documents: t.field({
      type: 'JSONObject',
      required: true,
      description:
        'The contents of `persisted-documents.json`, as the client preset of GraphQL Code Generator writes it: the text of each document by its SHA-256.',
    }),
  }),
  payload: RegisterDocumentsPayload,
  weight: 200,
  run: async (command, { app, version, apiKeyId, documents: sent }, context) => {
    const documents = readManifest(sent);
    // The limit comes first: each document is some work.
    if (documents.size <= DOCUMENTS.call) await examineAll(documents, context);
    return await registerDocuments(command, { app, version, apiKey: apiKeyId && rowRef('ApiKey', apiKeyId), documents });
  },
});

/** @throws {GatewayError} DOCUMENT_INVALID with the messages of each document that is. */
async function examineAll(documents: Manifest, context: Context): Promise<void> {
  const invalid: object[] = [];
  for (const [hash, text] of documents) {
    try {
      await context.examine(text, context);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      invalid.push({ documentId: `sha256:${hash}`, code: error.code, message: error.message });
    }
    // Other requests run between two documents.
    await new Promise(setImmediate);
  }
  if (!invalid.length) return;
  throw new GatewayError('DOCUMENT_INVALID', `${invalid.length} of ${documents.size} documents can't be registered; nothing was.`, {
    documents: invalid,
  });
}

const RetireDocumentsPayload = builder.objectRef<RetiredDocuments>('RetireDocumentsPayload').implement({
  tenantOf: ({ tenantId }: RetiredDocuments) => tenantId,
  fields: t => ({
    retiredDocuments: t.exposeInt('count', {
      policy: 'document:register',
      nullable: true,
      description: 'How many documents were retired. 0: the version was retired already.',
    }),
  }),
});

mutation('retireDocuments', {
  policy: 'document:register',
  action: 'document.retire',
  description: 'Retires a version of an app: from the next request on its documents are refused, unless another version has them.',
  input: t => ({
    app: t.string({ required: true, description: 'The name of the app.' }),
    version: t.string({ required: true, description: 'The version to retire.' }),
  }),
  payload: RetireDocumentsPayload,
  run: (command, input) => retireDocuments(command, input),
});
