import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dateIn, deprecatedParts } from '../src/graphql/core/deprecation.ts';
import { compare, NOTICE_DAYS, unannounced } from './evolution/compare.ts';
import { BASELINE, baselineSurface, currentSurface, FILES, type Surface, SurfaceError, surfaceAt } from './evolution/surface.ts';

/**
 * `npm run schema:check [-- --against <git ref>]` compares `schema.graphql` and `docs/policy.json`
 * with the baseline, and exits 1 if a change breaks clients that had no notice
 * (docs/decisions/0046-evolution.md); 2 if they can't be compared. `--write` makes the present
 * files the baseline.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const say = (line: string) => process.stdout.write(`${line}\n`);

function writeBaseline(): void {
  mkdirSync(path.join(root, BASELINE), { recursive: true });
  for (const file of Object.values(FILES)) copyFileSync(path.join(root, file), path.join(root, BASELINE, path.basename(file)));
  say(`${BASELINE}/ has the present schema and permissions.`);
}

function baseline(ref: string | undefined): Surface {
  if (ref !== undefined) return surfaceAt(root, ref);
  const found = baselineSurface(root);
  if (!found) throw new SurfaceError('There is no baseline yet. `npm run schema:baseline` writes it.');
  return found;
}

async function check(ref: string | undefined): Promise<number> {
  const current = currentSurface(root);
  const changes = await compare(baseline(ref), current);
  for (const { severity, message } of changes) say(`${severity}: ${message}`);
  const undated = [...deprecatedParts(current.schema)].filter(([, reason]) => dateIn(reason) === null);
  for (const [part] of undated) say(`undated: the deprecation of ${part} says no "removed after <date>"`);
  const broken = unannounced(changes, new Date());
  for (const { message, removalAt } of broken)
    say(`not allowed: ${message}${removalAt ? `: it was deprecated until ${removalAt}, and stays ${NOTICE_DAYS} days longer` : ''}`);
  say(`${changes.length} changes since ${ref ?? `${BASELINE}/`}, ${broken.length} not allowed.`);
  return broken.length + undated.length ? 1 : 0;
}

try {
  const { values } = parseArgs({ options: { against: { type: 'string' }, write: { type: 'boolean' } } });
  if (values.write) writeBaseline();
  else process.exitCode = await check(values.against);
} catch (error) {
  if (!(error instanceof SurfaceError) && !(error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')) throw error;
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
