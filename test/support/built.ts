import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { bundle } from '../../scripts/bundle.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder with the build of these sources. */
    built: string;
  }
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Builds the gateway for the tests that run its commands. */
export default async function setup({ provide }: TestProject) {
  const folder = await mkdtemp(join(ROOT, '.built-'));
  await bundle(folder);
  provide('built', folder);
  return () => rm(folder, { recursive: true, force: true });
}
