import { readFileSync } from 'node:fs';
import type { CodegenConfig } from '@graphql-codegen/cli';

const scalars = JSON.parse(readFileSync('../../scalars.json', 'utf8'));

// The build knows its documents by their hashes, and sends no others. While you develop, they
// change, and their text is sent.
const isBuild = process.env.npm_lifecycle_event === 'build';

export default {
  schema: '../../schema.graphql',
  documents: 'src/**/*.graphql',
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false, ...(isBuild && { persistedDocuments: { hashAlgorithm: 'sha256' } }) },
      config: { scalars, strictScalars: true, useTypeImports: true },
    },
  },
} satisfies CodegenConfig;
