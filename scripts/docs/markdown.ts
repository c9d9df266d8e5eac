import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block of a page. `marker` is the comment in the line before it: `run: key`. */
export type Block = { readonly language: string; readonly marker: string | null; readonly code: string; readonly line: number };

/** The pages of documentation that are in the repository, as paths from its root. */
export const pagesOf = (): readonly string[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter(name => /^(?:docs|examples|packages|bench)\/|^[A-Z]+\.md$/.test(name))
    .sort();

/** The fenced blocks of a text, in order. Blocks without a language are drawings. */
export function blocksIn(text: string): readonly Block[] {
  return [...text.matchAll(/(?:^<!-- (.+?) -->\n)?^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm)].map(
    ({ 0: whole, 1: marker, 2: language, 3: code, index }) => ({
      language: language!,
      marker: marker ?? null,
      code: code!,
      line: text.slice(0, index + whole.indexOf('```')).split('\n').length,
    }),
  );
}

/** A text without its fenced blocks, code spans and comments. */
const proseOf = (text: string): string =>
  text
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/`[^`\n]+`/g, '');

/** The targets of a page's links and pictures. */
export const linksIn = (text: string): readonly string[] => [
  ...[...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!),
  ...[...proseOf(text).matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)].map(([, target]) => target!),
];

/** The anchor of a heading, as GitHub makes it. */
export const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');

/** The anchors of a page's headings; of equal ones, all but the first have a number. */
export function anchorsIn(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const withoutBlocks = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
  for (const [, heading] of withoutBlocks.matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = anchorOf(heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
    let number = 0;
    while (anchors.has(number ? `${anchor}-${number}` : anchor)) number++;
    anchors.add(number ? `${anchor}-${number}` : anchor);
  }
  return anchors;
}
