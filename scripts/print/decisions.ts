import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../docs/decisions/', import.meta.url));
const NAME = /^(\d{4})-[a-z0-9-]+\.md$/;
const HEAD = /^# (\d+)\. (.+)\n\n\*\*Status\.\*\* ([\s\S]+?)\n\n/;
const STATUS = /^(?:Accepted|Accepted; amended by (LINKS)|Superseded by (LINKS))\.$/;
const LINK = /\[(\d{4})\]\((\d{4}-[a-z0-9-]+\.md)\)/;
const STATUS_WITH_LINKS = new RegExp(STATUS.source.replaceAll('LINKS', `${LINK.source}(?:(?:, | and )${LINK.source})*`));

/** A page of docs/decisions. */
export type Decision = { readonly file: string; readonly number: number; readonly title: string; readonly status: string };

/**
 * Reads the head of a decision's page.
 *
 * @throws {Error} What is wrong with the number, the status, or a decision that the status names.
 */
export function parseDecision(file: string, text: string, exists: (file: string) => boolean): Decision {
  const [, number, title, lines] = HEAD.exec(text) ?? [];
  if (!number || Number(number) !== Number(NAME.exec(file)?.[1]))
    throw new Error(`docs/decisions/${file} must begin with "# <its number>. <title>", then "**Status.** Accepted."`);
  const status = lines!.replaceAll('\n', ' ');
  if (!STATUS_WITH_LINKS.test(status))
    throw new Error(
      `docs/decisions/${file}: its status must be "Accepted.", "Accepted; amended by [0000](0000-name.md)." or "Superseded by [0000](0000-name.md)."`,
    );
  for (const [, shown, target] of status.matchAll(new RegExp(LINK, 'g')))
    if (!target!.startsWith(shown!) || !exists(target!) || target! <= file)
      throw new Error(`docs/decisions/${file}: its status names ${target}, which is no later decision`);
  return { file, number: Number(number), title: title!, status };
}

/** All decisions, by number. */
export const readDecisions = (): readonly Decision[] =>
  readdirSync(FOLDER)
    .filter(file => NAME.test(file))
    .sort()
    .map(file => parseDecision(file, readFileSync(FOLDER + file, 'utf8'), target => existsSync(FOLDER + target)));

/** docs/decisions/README.md. */
export const printDecisions = (): string => `<!-- Printed from the pages of this folder by \`npm run print\`. -->

# Decisions

Why things are as they are: what was decided, what else was tried, with figures. A decision that a
later one replaces stays here and says by which.

| | decision | status |
|---|---|---|
${readDecisions()
  .map(({ file, number, title, status }) => `| ${number} | [${title}](${file}) | ${status.replace(/\.$/, '')} |\n`)
  .join('')}`;
