import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { useGateway } from '../support/gateway.ts';
import { OPERATIONS } from './commands/all.ts';
import { sequences } from './commands/arbitrary.ts';
import { freshReal } from './real.ts';
import { beginning } from './start.ts';
import { newWorld } from './state.ts';

/**
 * Commands in all: `MODEL_STEPS=5000 MODEL_SEED=7 npx vitest run test/model` goes farther, along
 * another way.
 */
const STEPS = Number(process.env.MODEL_STEPS ?? 400);
const SEED = Number(process.env.MODEL_SEED ?? 5);

/** The last of a long month: billing cycles end on shorter ones. */
const START = Date.UTC(2031, 0, 31, 10, 30);

const ONCE = { numRuns: 1, endOnFailure: true, unbiased: true };

const database = useDatabase();
// The model knows no limit of messages: it invites the same few people again and again.
const NO_LIMITS = { recipient: 1_000_000, person: 1_000_000, tenant: 1_000_000 };
const gateway = useGateway(database, { settings: { messageLimits: NO_LIMITS } });

const tally = new Map<string, number>();
const steps = () => [...tally.values()].reduce((sum, count) => sum + count, 0);

/** A fresh world, with what every sequence starts from. */
async function setup() {
  const world = newWorld(START);
  const real = await freshReal(gateway, database, START, tally);
  for (const step of beginning()) await step.run(world, real);
  return { model: world, real };
}

describe('any sequence of commands by people, staff and time', () => {
  test(
    "responses and database equal the model's, and no tenant is affected by another",
    async () => {
      for (let run = 0; steps() < STEPS; run++) {
        const property = fc.asyncProperty(sequences, commands => fc.asyncModelRun(setup, commands));
        // Not shrunk: over a live database that is slow, and the report has a short line for each
        // command.
        await fc.assert(property, { ...ONCE, seed: SEED + run });
      }
      if (process.env.MODEL_STEPS)
        console.log(
          [...tally]
            .sort()
            .map(([end, count]) => `${count}\t${end}`)
            .join('\n'),
        );
      // A shorter way than this one, or another, may well miss an operation.
      if (process.env.MODEL_SEED && STEPS < 2_000) return;
      const never = OPERATIONS.map(({ name }) => name).filter(name => !tally.has(`${name} done`));
      expect(never).toEqual([]);
    },
    60_000 + STEPS * 1_000,
  );
});
