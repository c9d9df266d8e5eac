import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { type Look, openPage } from '../../test/support/browser.ts';

const SITE = fileURLToPath(new URL('../../site', import.meta.url));
const HOST = 'http://127.0.0.1:4173';

/**
 * Takes pictures of a page of the built documentation site. Fails if the page asks another host for
 * anything, or complains.
 */
export async function sitePictures(
  looks: Readonly<Record<string, Look>>,
  take: (page: Page, name: string) => Promise<void>,
): Promise<void> {
  const server = spawn('node_modules/.bin/vitepress', ['preview', '--host', '127.0.0.1', '--port', '4173'], { cwd: SITE });
  await Promise.race([
    once(server.stdout, 'data'),
    once(server, 'exit').then(() => Promise.reject(new Error('the site is not built, or the port is taken'))),
  ]);
  for (const [name, look] of Object.entries(looks)) {
    const { page, requested, complaints, close } = await openPage(`${HOST}/reference/mutations#createwebhook`, { ...look, height: 860 });
    await page.waitForLoadState('networkidle');
    await take(page, `site-${name}`);
    await close();
    const outside = requested.filter(url => !url.startsWith(HOST) && !url.startsWith('data:'));
    if (outside.length || complaints.length) throw new Error(`the site: ${[...outside, ...complaints].join(', ')}`);
  }
  server.kill();
}
