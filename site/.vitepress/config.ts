import { defineConfig } from 'vitepress';
import { anchorOf } from '../../scripts/docs/markdown.ts';
import { checkSite } from '../src/check.ts';
import { writeContent } from '../src/content.ts';
import { decisionsSidebar, referenceSidebar, sidebar } from '../src/sidebar.ts';

writeContent();

export default defineConfig({
  title: 'IPTO gateway',
  description: 'The multi-tenant GraphQL API of the IPTO data marketplace',
  lang: 'en',
  srcDir: 'pages',
  outDir: 'dist',
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  // the index of the search
  vite: { build: { chunkSizeWarningLimit: 5_000 } },
  markdown: { anchor: { slugify: anchorOf }, theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guides', link: '/guides/dashboard', activeMatch: '/guides/' },
      { text: 'Reference', link: '/reference/', activeMatch: '/reference/' },
      { text: 'Errors', link: '/errors' },
      { text: 'Decisions', link: '/decisions/', activeMatch: '/decisions/' },
    ],
    sidebar: { '/': sidebar, '/decisions/': decisionsSidebar, '/reference/': referenceSidebar },
  },
  buildEnd({ outDir }) {
    const { pages, links, faults } = checkSite(outDir);
    if (faults.length) throw new Error(`${faults.length} faults:\n${faults.join('\n')}`);
    process.stdout.write(`${pages} pages, ${links} links: each leads somewhere, and nothing needs the network\n`);
  },
});
