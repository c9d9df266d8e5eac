import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Client } from '@ipto/client';
import { entitlementTo, findOffer, objectsOf, retrieve } from './buy.ts';
import { download, isComplete } from './download.ts';
import { handleEvents } from './events.ts';
import { Usage } from './operations.ts';

/** `npm start -- <words> <folder>`: buys the dataset that matches best, and downloads it. */
async function main([query, folder]: readonly string[], { IPTO_URL, IPTO_KEY }: NodeJS.ProcessEnv): Promise<void> {
  if (!query || !folder || !IPTO_URL || !IPTO_KEY) throw new Error('Set IPTO_URL and IPTO_KEY, then: npm start -- <words> <folder>');
  const client = new Client({ url: IPTO_URL, token: IPTO_KEY });

  const offer = await findOffer(client, query);
  console.log(`${offer.title}, by ${offer.provider}`);
  const entitlementId = await entitlementTo(client, offer);

  await mkdir(folder, { recursive: true });
  for await (const { id, name, size, sha256 } of objectsOf(client, entitlementId)) {
    const file = join(folder, basename(name)); // The provider chose the name.
    const expected = { size: Number(size), sha256 };
    const isThere = await isComplete(file, expected);
    if (!isThere) await download(await retrieve(client, entitlementId, id), file, expected);
    console.log(`  ${name}: ${isThere ? 'is there already' : `${size} bytes, checksum verified`}`);
  }

  const { usage, chargeTotals } = (await client.data(Usage)).tenant;
  const { used, limit } = usage.monthly;
  console.log(`Retrievals this month: ${used}${limit === null ? '' : ` of ${limit}`}`);
  console.log(`Charges this month: ${chargeTotals.map(({ amount, currency }) => `${amount} ${currency}`).join(', ')}`);

  console.log('Events since the last start:');
  await handleEvents(client, join(folder, '.events'), ({ type, data }) => console.log(`  ${type} ${data?.name ?? data?.title ?? ''}`));
}

main(process.argv.slice(2), process.env).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
