import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';

/** The schema as it is committed. */
export const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
