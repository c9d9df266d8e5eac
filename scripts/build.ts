import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';

/** `npm run build`. */
await bundle(fileURLToPath(new URL('../dist', import.meta.url)));
