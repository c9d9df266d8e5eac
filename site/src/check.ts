import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type SiteCheck = { readonly pages: number; readonly links: number; readonly faults: readonly string[] };

const ATTRIBUTE = /<([a-z]+)\b[^>]*?\s(href|src|srcset)="([^"]*)"/g;
const ID = /\sid="([^"]+)"/g;

/**
 * Checks a built site: each link leads to a page and a heading that it has, and no page needs the
 * network to be shown.
 */
export function checkSite(folder: string): SiteCheck {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => name.replaceAll('\\', '/'));
  const pages = new Map(files.filter(name => name.endsWith('.html')).map(name => [name, readFileSync(join(folder, name), 'utf8')]));
  const ids = new Map([...pages].map(([name, text]) => [name, new Set([...text.matchAll(ID)].map(([, id]) => id!))]));
  const faults: string[] = [];
  let links = 0;

  function check(page: string, tag: string, link: string): void {
    links++;
    if (/^(?:https?:)?\/\//.test(link)) {
      if (tag !== 'a') faults.push(`${page}: <${tag}> loads ${link}`);
      return;
    }
    if (/^(?:mailto|data):/.test(link)) return;
    const [path, anchor] = decodeURI(link.replaceAll('&amp;', '&')).split('#') as [string, string?];
    const target = path ? join(path.startsWith('/') ? '' : dirname(page), path).replace(/^\//, '') : page;
    const found = [target, `${target}.html`, join(target, 'index.html')].find(
      name => pages.has(name) || (name === target && name && isFile(name)),
    );
    if (!found) faults.push(`${page}: ${link} leads nowhere`);
    else if (anchor && pages.has(found) && !ids.get(found)!.has(anchor)) faults.push(`${page}: ${link} names no heading`);
  }

  const isFile = (name: string) => existsSync(join(folder, name)) && files.includes(name) && /\.\w+$/.test(name);

  for (const [page, text] of pages) {
    if (page === '404.html') continue;
    for (const [, tag, , link] of text.matchAll(ATTRIBUTE)) check(page, tag!, link!);
  }
  for (const name of files.filter(file => file.endsWith('.css')))
    for (const [, url] of readFileSync(join(folder, name), 'utf8').matchAll(/url\(["']?((?:https?:)?\/\/[^)"']+)/g))
      faults.push(`${name} loads ${url}`);
  return { pages: pages.size, links, faults };
}
