import { fileURLToPath } from 'node:url';
import { dateIn, deprecatedParts } from '../../src/graphql/core/deprecation.ts';
import { compare } from '../evolution/compare.ts';
import { baselineSurface, parseSurface, type SurfaceChange } from '../evolution/surface.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const list = (changes: readonly SurfaceChange[], severity: SurfaceChange['severity']) =>
  changes
    .filter(change => change.severity === severity)
    .map(({ message }) => `- ${message.replaceAll("'", '`')}`)
    .sort()
    .join('\n') || 'None.';

const NO_BASELINE = 'There is no baseline yet: the schema may still change in any way.\n';

const sections = (changes: readonly SurfaceChange[]) => `## Breaking

${list(changes, 'breaking')}

## Dangerous

Changes that a careless client may stumble over, such as a new value of an enum.

${list(changes, 'dangerous')}

## Compatible

${list(changes, 'compatible')}
`;

/** docs/schema-changes.md. */
export async function printSchemaChanges(schema: string, policy: string): Promise<string> {
  const current = parseSurface(schema, policy);
  const before = baselineSurface(root);
  const rows = [...deprecatedParts(current.schema)].map(
    ([part, reason]) => `| \`${part}\` | ${dateIn(reason) ?? '–'} | ${reason.replaceAll('|', '\\|')} |`,
  );
  return `<!-- Printed from schema.graphql, docs/policy.json and baseline/ by \`npm run print\`. -->

# Changes of the schema

What is different from the baseline, for clients ([decisions/0046](decisions/0046-evolution.md)).

## Deprecated

A deprecated part is removed 90 days after its date at the earliest. \`viewer { deprecatedUse { field lastAt removalAt } }\`
lists those that you use ([clients.md](clients.md#deprecated-fields)).

${rows.length ? `| part | removed after | reason |\n|---|---|---|\n${rows.join('\n')}` : 'None.'}

${before ? sections(await compare(before, current)) : NO_BASELINE}`;
}
