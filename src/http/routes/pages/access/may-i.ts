import { obstaclesOf } from '../../../../access/obstacles.ts';
import { ruleOf } from '../../../../access/policy.ts';
import { sentenceOf } from '../../../../access/refusal.ts';
import { refusalExtensions } from '../../../../access/refusal-payload.ts';
import { whatHelps } from '../browser/what-helps.js';
import { callerLabel, callerOf } from './caller.ts';
import type { AccessParams } from './params.ts';

/** The answer to "may I?": each obstacle with its sentence, and what would remove it. */
export type Verdict = {
  readonly caller: string;
  readonly meaning: string;
  readonly obstacles: readonly { readonly why: string; readonly help: string }[];
};

/** Answers whether a caller has a permission, and what would help if not. */
export function verdictOf({ as, status, plan, permission }: AccessParams): Verdict {
  const obstacles = obstaclesOf(permission, callerOf(as, status, plan, permission));
  return {
    caller: callerLabel(as),
    meaning: ruleOf(permission).meaning,
    obstacles: obstacles.map(refusal => ({ why: sentenceOf(refusal), help: whatHelps(refusalExtensions(refusal)) })),
  };
}
