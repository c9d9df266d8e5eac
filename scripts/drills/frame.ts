import { MissingProgramError } from './production/missing.ts';

/** What a drill is run with. */
export type Frame = {
  /** How often it does what it does: kills, faults, connections. */
  readonly rounds: number;
  /** Reports a fault, which fails the drill. */
  fault(what: string): void;
  /** Has a step run at the end, the last one first, whatever happens. */
  atEnd(step: () => Promise<unknown> | unknown): void;
};

export type FrameOptions = {
  /** Rounds, unless `--rounds` says otherwise. */
  readonly rounds?: number;
  /** The time limit, s: a base, and more for each round. */
  readonly limit?: readonly [base: number, perRound: number];
};

/** A number of the command line. */
export function argument(name: string, usual: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? usual : Number(process.argv[at + 1]);
}

/** What the figures of a drill begin with that couldn't run. */
export const SKIPPED = 'not run: ';

/** Faults that are printed; the others are counted. */
const MAX_PRINTED = 20;

/**
 * Runs a drill and prints its result as the last line, `drill NAME: figures, N faults`, which
 * `npm run drills` puts into its table. Exits 1 after a fault, or when time is up.
 */
export async function runDrill(name: string, run: (frame: Frame) => Promise<string>, options: FrameOptions = {}): Promise<void> {
  const { limit: [base, perRound] = [90, 60] } = options;
  const rounds = argument('rounds', options.rounds ?? 20);
  let faults = 0;
  const fault = (what: string) => {
    faults += 1;
    if (faults <= MAX_PRINTED) process.stderr.write(`fault: ${what}\n`);
  };
  const steps: (() => Promise<unknown> | unknown)[] = [];
  const seconds = base + perRound * rounds;
  const timer = setTimeout(() => {
    process.stderr.write(`drill ${name}: not done after ${seconds} s\n`);
    process.exit(1); // processes and embedded databases end with this one
  }, seconds * 1_000);
  let figures = '';
  try {
    figures = await run({ rounds, fault, atEnd: step => void steps.push(step) });
  } catch (error) {
    if (!(error instanceof MissingProgramError)) throw error;
    process.stdout.write(`drill ${name}: ${SKIPPED}${error.message}\n`);
    return;
  } finally {
    for (const step of steps.reverse()) await step();
    clearTimeout(timer);
  }
  process.stdout.write(`drill ${name}: ${figures}, ${faults} faults\n`);
  process.exitCode = faults ? 1 : 0;
}
