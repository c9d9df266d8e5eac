import * as z from 'zod';
import { DOCUMENT_MODES } from './access/document-mode.ts';
import { INTROSPECTION, type Introspection } from './access/introspection.ts';
import { flagOf } from './config-values.ts';

/** Who may read the schema. */
export const introspectionOf = (usual: Introspection) => z.enum(INTROSPECTION, { error: INTROSPECTION.join(', ') }).default(usual);

/** How GraphQL is served. */
export const graphql = z.object({
  FAST_PATH: z
    .enum(['on', 'off'], { error: 'on or off' })
    .default('on')
    .transform(text => text === 'on'),
  GRAPHIQL: flagOf('false'),
  FEDERATION: flagOf('false'),
  INTROSPECTION: introspectionOf('signed-in'),
  TRUSTED_DOCUMENTS: z.enum(DOCUMENT_MODES, { error: DOCUMENT_MODES.join(', ') }).default('off'),
  TRUSTED_DOCUMENTS_FILE: z.string().optional(),
});
