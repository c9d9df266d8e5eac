import { readdirSync } from 'node:fs';
import { ROOT } from '../../scripts/docs/markdown.ts';

/** Pages outside of docs/ that the site has, by their path in the repository. */
const OTHERS: Readonly<Record<string, string>> = {
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
  'CHANGELOG.md': 'changelog.md',
  'packages/client/README.md': 'client-package.md',
  'examples/partner/README.md': 'partner-example.md',
  'examples/dashboard/README.md': 'dashboard-example.md',
  'site/home.md': 'index.md',
};

/** Files that the site offers as they are. */
export const FILES: Readonly<Record<string, string>> = {
  'schema.graphql': 'schema.graphql',
  'scalars.json': 'scalars.json',
  'docs/policy.json': 'policy.json',
  'docs/events.schema.json': 'events.schema.json',
  'docs/growth.svg': 'growth.svg',
};

const inDocs = readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' }).map(name => name.replaceAll('\\', '/'));

/** Where each page of the repository is on the site; the front page of a folder is its index. */
export const PAGES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(inDocs.filter(name => name.endsWith('.md')).map(name => [`docs/${name}`, name.replace('README.md', 'index.md')])),
  ...OTHERS,
};

export const PICTURES: readonly string[] = inDocs.filter(name => /^pictures\/.+\.(webp|png|svg)$/.test(name));
