import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, type GraphQLSchema } from 'graphql';
import type { Rule } from '../../src/access/policy.ts';

/** What clients depend on: the schema, and who has which permission. */
export type Surface = { readonly schema: GraphQLSchema; readonly policy: PolicyTable };

/** docs/policy.json: the table of src/access/policy.ts without its texts. */
export type PolicyTable = Readonly<Record<string, Pick<Rule, 'principals' | 'context' | 'roles' | 'statuses' | 'feature'>>>;

/** A change of the surface. */
export type SurfaceChange = {
  readonly message: string;
  readonly severity: 'breaking' | 'dangerous' | 'compatible';
  /**
   * For a removal: the date that the deprecation of what was removed named; null without one.
   * Undefined for other changes.
   */
  readonly removalAt?: string | null;
};

/** A surface can't be read. The message says what to do. */
export class SurfaceError extends Error {
  override name = 'SurfaceError';
}

/** The committed files of a surface, and the folder with those of the baseline. */
export const FILES = { schema: 'schema.graphql', policy: 'docs/policy.json' } as const;
export const BASELINE = 'baseline';

export const parseSurface = (schema: string, policy: string): Surface => ({ schema: buildSchema(schema), policy: JSON.parse(policy) });

/** The surface of the working tree. */
export const currentSurface = (root: string): Surface => parseSurface(read(root, FILES.schema), read(root, FILES.policy));

const read = (root: string, file: string) => readFileSync(path.join(root, file), 'utf8');

/** The committed baseline; null if there is none yet. */
export function baselineSurface(root: string): Surface | null {
  const [schema, policy] = Object.values(FILES).map(file => path.join(BASELINE, path.basename(file))) as [string, string];
  return existsSync(path.join(root, schema)) ? parseSurface(read(root, schema), read(root, policy)) : null;
}

/** @throws {SurfaceError} for a ref that this clone lacks, or that is older than the files. */
export function surfaceAt(root: string, ref: string): Surface {
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 26 });
  try {
    git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
  } catch {
    throw new SurfaceError(
      `There is no git ref ${JSON.stringify(ref)} in this clone. Fetch it with \`git fetch --tags\`, or leave out --against to compare with ${BASELINE}/.`,
    );
  }
  const show = (file: string) => {
    try {
      return git('show', '--end-of-options', `${ref}:${file}`);
    } catch {
      throw new SurfaceError(`${ref} has no ${file}: it is older than the file, and can't be compared with.`);
    }
  };
  return parseSurface(show(FILES.schema), show(FILES.policy));
}
