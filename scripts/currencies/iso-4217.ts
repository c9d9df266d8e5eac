/** A list's date of publication, and the contents of each of its entries by element. */
type List = { readonly published: string; readonly entries: readonly ReadonlyMap<string, string>[] };

/** Reads a list: a flat XML file. Entries without a currency are left out. */
function readList(xml: string, entry: string): List {
  const published = /<ISO_4217 Pblshd="(\d{4}-\d{2}-\d{2})"/.exec(xml)?.[1];
  const entries = [...xml.matchAll(new RegExp(`<${entry}>(.*?)</${entry}>`, 'gs'))]
    .map(([, text]) => new Map([...text!.matchAll(/<(\w+)[^>]*>([^<]*)</g)].map(([, name, value]) => [name!, value!.trim()] as const)))
    .filter(elements => elements.has('Ccy'));
  if (!published || !entries.length) throw new Error(`This is not a list of ISO 4217 with \`${entry}\`.`);
  return { published, entries };
}

function codeOf(elements: ReadonlyMap<string, string>): string {
  const code = elements.get('Ccy')!;
  if (!/^[A-Z]{3}$/.test(code)) throw new Error(`${JSON.stringify(code)} is not a currency code.`);
  return code;
}

/** The digits of the smallest unit; null where the list says `N.A.` */
function digitsOf(elements: ReadonlyMap<string, string>): number | null {
  const digits = elements.get('CcyMnrUnts') ?? '';
  if (digits === 'N.A.') return null;
  if (!/^[0-6]$/.test(digits)) throw new Error(`${elements.get('Ccy')} has ${JSON.stringify(digits)} digits.`);
  return Number(digits);
}

/** The month of a withdrawal, or its last year: some are given as `1989 to 1990`. */
function withdrawalOf(elements: ReadonlyMap<string, string>): string {
  const date = /\d{4}(-\d{2})?$/.exec(elements.get('WthdrwlDt') ?? '')?.[0];
  if (!date) throw new Error(`${elements.get('Ccy')} has no date of withdrawal.`);
  return date;
}

/** Sorted pairs as entries of an object literal, as many on a line as fit. */
function entriesOf(pairs: ReadonlyMap<string, number | string | null>): string {
  const lines = [''];
  for (const [code, value] of [...pairs].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const entry = ` ${code}: ${typeof value === 'string' ? `'${value}'` : value},`;
    if (lines.at(-1)!.length + entry.length > 98) lines.push('');
    lines[lines.length - 1] += entry;
  }
  return lines.map(line => ` ${line}`).join('\n');
}

/**
 * The source file `src/domain/billing/iso-4217.ts`, from the current and the historic list as XML.
 *
 * @throws {Error} for a file that isn't such a list, so that nothing is written.
 */
export function currencyFile(currentXml: string, historicXml: string): string {
  const current = readList(currentXml, 'CcyNtry');
  const historic = readList(historicXml, 'HstrcCcyNtry');
  const digits = new Map(current.entries.map(elements => [codeOf(elements), digitsOf(elements)]));
  const withdrawn = new Map<string, string>();
  // A code that some country stopped using may be current elsewhere.
  for (const elements of historic.entries) {
    const [code, date] = [codeOf(elements), withdrawalOf(elements)];
    if (!digits.has(code) && date > (withdrawn.get(code) ?? '')) withdrawn.set(code, date);
  }
  return `// Printed by \`npm run currencies\`. Don't edit.

/** The dates of ISO 4217's lists that this file was printed from. */
export const PUBLISHED = { current: '${current.published}', historic: '${historic.published}' } as const;

/**
 * The current codes, with the digits of the currency's smallest unit after the decimal point; null
 * where there is no such unit: metals, units of account, and the list's own XTS (for testing) and
 * XXX (no currency).
 */
// biome-ignore format: a table
export const DIGITS: Readonly<Record<string, number | null>> = {
${entriesOf(digits)}
};

/** The withdrawn codes, with the month or year of their withdrawal. */
// biome-ignore format: a table
export const WITHDRAWN: Readonly<Record<string, string>> = {
${entriesOf(withdrawn)}
};
`;
}
