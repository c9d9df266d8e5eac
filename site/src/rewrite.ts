import { readFileSync } from 'node:fs';
import { basename, dirname, join, normalize, relative } from 'node:path';
import { ROOT } from '../../scripts/docs/markdown.ts';
import { FILES, PAGES } from './sources.ts';

/**
 * Where files of the repository can be read, such as `https://github.com/ipto/gateway/blob/main/`.
 * Without it their names are shown without a link.
 */
const SOURCE_URL = process.env.SITE_SOURCE_URL;

const LINK = /(!?)\[((?:`[^`\n]*`|[^[\]`])*)\]\(([^)\s]+)\)/g;
const ATTRIBUTE = /\b(src|srcset)="([^"]+)"/g;

/**
 * A link of a page as the site has it: to another page, to a file that the site offers, or to the
 * repository. Null: it leads nowhere on the site.
 */
function targetOf(page: string, link: string): string | null {
  if (/^[a-z]+:|^#/.test(link)) return link;
  const [path, anchor] = link.split('#') as [string, string?];
  const target = normalize(join(dirname(page), path)).replace(/\/$/, '');
  const hash = anchor ? `#${anchor}` : '';
  if (PAGES[target]) {
    const way = relative(dirname(PAGES[page]!), PAGES[target]);
    return `${way.startsWith('.') ? way : `./${way}`}${hash}`;
  }
  if (FILES[target]) return `/${FILES[target]}`;
  if (target.startsWith('docs/pictures/')) return target.replace('docs', '');
  return SOURCE_URL ? `${SOURCE_URL}${target}${hash}` : null;
}

/** The label of a link; where it is the name of a file, the title of that page. */
function labelOf(page: string, label: string, link: string): string {
  const target = normalize(join(dirname(page), link.split('#')[0]!));
  if (label !== basename(target) || !PAGES[target] || target.startsWith('site/')) return label;
  return /^# (.+)$/m.exec(readFileSync(ROOT + target, 'utf8'))?.[1] ?? label;
}

/** A page as the site shows it: its links changed, its blocks of code as they are. */
export function rewrite(page: string, text: string): string {
  const link = (_: string, isPicture: string, label: string, path: string) => {
    const target = targetOf(page, path);
    if (target === null) return label;
    return target.startsWith('/') && !isPicture
      ? `<a href="${target}" target="_self" download>${label.replaceAll(/`([^`]*)`/g, '<code>$1</code>')}</a>`
      : `${isPicture}[${isPicture ? label : labelOf(page, label, path)}](${target})`;
  };
  const prose = (part: string) =>
    part
      .replaceAll(LINK, link)
      .replaceAll(ATTRIBUTE, (whole, name, path) => (/(^|\/)pictures\//.test(path) ? `${name}="${targetOf(page, path)}"` : whole));
  return text
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part, index) => (index % 2 ? part : prose(part)))
    .join('');
}
