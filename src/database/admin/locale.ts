import type { Query } from '../driver/query.ts';

const ADVICE =
  "Create the database with a UTF-8 locale, for example TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8' LOCALE_PROVIDER icu ICU_LOCALE 'und'";

/**
 * Why names, addresses and searches would not be compared in every language; null if they would.
 * `lower` and `ILIKE` follow the database's locale: C changes ASCII letters alone, and Turkish
 * turns `I` into a dotless i.
 */
export async function localeFault(query: Query): Promise<string | null> {
  const [{ encoding } = { encoding: '' }] = await query<{ encoding: string }>(`SELECT current_setting('server_encoding') AS encoding`, []);
  if (encoding !== 'UTF8') return `the database's encoding is ${encoding}. ${ADVICE}`;
  const [row] = await query<{ folds: boolean }>(`SELECT lower('ÖÉŁΔЖI') = 'öéłδжi' AND upper('i') = 'I' AND 'ÖI' ILIKE 'öi' AS folds`, []);
  return row!.folds ? null : `the database's locale doesn't lower-case letters such as Ö and I as expected. ${ADVICE}`;
}
