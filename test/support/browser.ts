import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const USUAL_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable', '/usr/bin/google-chrome'];
const MISSING = 'The pages are tested in Chromium, which is missing: `apt-get install chromium`, or set CHROMIUM_PATH to its executable.';

// The first three let Chromium run as root in a container. The others keep it from calling home and
// from resolving any other host.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

function chromiumPath(): string | undefined {
  return process.env.CHROMIUM_PATH || USUAL_PATHS.find(path => existsSync(path));
}

/** Whether Chromium is installed. If not, warns how to install it, or throws under CI. */
export function hasChromium(): boolean {
  if (chromiumPath()) return true;
  if (process.env.CI) throw new Error(MISSING);
  console.warn(MISSING);
  return false;
}

/** A page in its own Chromium. */
export type OpenedPage = {
  readonly page: Page;
  /** The URL of every request of the page and its workers. */
  readonly requested: readonly string[];
  /** Errors and warnings of the console, and uncaught errors. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
};

/** The colours and the width of a window; a phone's is 390 px wide. */
export type Look = { readonly colorScheme?: 'light' | 'dark'; readonly width?: number; readonly height?: number };

/** Opens a page in a fresh profile. */
export async function openPage(url: string, { colorScheme = 'light', width = 1440, height = 860 }: Look = {}): Promise<OpenedPage> {
  const browser = await launch();
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const requested: string[] = [];
  const complaints: string[] = [];
  context.on('request', request => requested.push(request.url()));
  context.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  context.on('weberror', error => complaints.push(String(error.error())));

  const page = await context.newPage();
  await page.goto(url);
  return { page, requested, complaints, close: () => browser.close() };
}

/** Opens an explorer and waits until GraphiQL can run a query. */
export async function openExplorer(url: string, look?: Look): Promise<OpenedPage> {
  const opened = await openPage(url, look);
  await ready(opened.page);
  return opened;
}

/** Opens the page "May I?" and waits until its script has run. */
export async function openAccess(url: string, look?: Look): Promise<OpenedPage> {
  const opened = await openPage(url, look);
  await opened.page.locator('body[data-ready]').waitFor();
  return opened;
}

/** Waits until GraphiQL shows the query of its first tab. */
export async function ready(page: Page): Promise<void> {
  await page.locator('.graphiql-execute-button').waitFor();
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
}

/** Starts Chromium. */
export function launch(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (!executablePath) throw new Error(MISSING);
  return chromium.launch({ executablePath, args: FLAGS });
}
