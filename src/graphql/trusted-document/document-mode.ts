import { DOCUMENT_MODES } from '../../access/document-mode.ts';
import { builder } from '../core/builder.ts';
import { enumValues } from '../core/enum-values.ts';

export const DocumentMode = builder.enumType('DocumentMode', {
  description: 'What becomes of documents that are not registered. The stricter of this and of the setting of the gateway holds.',
  values: enumValues(DOCUMENT_MODES, {
    off: 'They run.',
    log: 'They run, and the log of the gateway has the first request of each.',
    require: 'They are refused.',
  }),
});
