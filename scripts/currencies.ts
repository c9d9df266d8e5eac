import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { currencyFile } from './currencies/iso-4217.ts';

/**
 * `npm run currencies -- list-one.xml list-three.xml` renews the currencies from ISO 4217's current
 * and historic list, which the maintenance agency (SIX) publishes:
 * https://www.six-group.com/en/products-services/financial-information/data-standards.html
 * Download both; nothing is fetched here.
 */
const [current, historic, ...more] = process.argv.slice(2);
if (!current || !historic || more.length) {
  process.stderr.write('Name the downloaded lists: npm run currencies -- list-one.xml list-three.xml\n');
  process.exitCode = 2;
} else {
  const file = fileURLToPath(new URL('../src/domain/billing/iso-4217.ts', import.meta.url));
  writeFileSync(file, currencyFile(readFileSync(current, 'utf8'), readFileSync(historic, 'utf8')));
}
