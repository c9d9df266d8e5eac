import type { Fault } from './fault.ts';

const TESTS = ['test/graphql/subgraph'];
const FIELDS = 'src/graphql/subgraph.ts';
const TEXT = 'src/graphql/subgraph-text.ts';

/** Faults in the gateway as a subgraph (docs/decisions/0065-federation.md). */
// biome-ignore format: a fault a line
export const SUBGRAPH_FAULTS: readonly Fault[] = [
  { file: FIELDS, find: 'decodeGlobalId(id).typename === name', plant: 'decodeGlobalId(id)', tests: TESTS },
  { file: FIELDS, find: 'nodes[next++] : key', plant: 'nodes[next] : key', tests: TESTS },
  { file: FIELDS, find: 'representations.length > MAX_IDS', plant: 'false', tests: TESTS },
  { file: FIELDS, find: "slicingArguments: ['representations']", plant: 'slicingArguments: []', tests: TESTS },
  { file: FIELDS, find: '      extensions: { typesOf: typesOfRepresentations },\n', plant: '', tests: TESTS },
  { file: TEXT, find: 'DirectiveDefinition: () => null', plant: 'DirectiveDefinition: () => undefined', tests: TESTS },
  { file: TEXT, find: "new Set(['node', 'nodes'])", plant: 'new Set()', tests: TESTS },
  { file: TEXT, find: "return [directive('key', 'id')]", plant: 'return []', tests: TESTS },
  { file: TEXT, find: "[directive('shareable')]", plant: '[]', tests: TESTS },
  { file: 'src/graphql/core/node.ts', find: "(policy !== 'public' && refusedFor(policy, context)) || decoded", plant: 'decoded', tests: TESTS, short: true },
  { file: 'src/http/graphql/prices.ts', find: 'return { cost: list.item, list: pattern }', plant: 'return { cost: 0, list: pattern }', tests: TESTS },
  { file: 'src/http/graphql/prices.ts', find: 'return { cost: below, list: outer }', plant: 'return { cost: 0, list: outer }', tests: TESTS },
];
