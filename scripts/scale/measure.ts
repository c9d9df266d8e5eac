import { explaining, type Plan } from './plan.ts';
import { typical } from './searches.ts';

/** The last plan of a search, with its shortest time. */
export type Measured = { readonly name: string; readonly index: string | null; readonly plan: Plan };

/** Runs each typical search `runs` times in one session, as a tenant. */
export async function measure(adminUrl: string, tenantId: string, listings: number, runs: number): Promise<readonly Measured[]> {
  const { explain, close } = await explaining(adminUrl, tenantId);
  try {
    const measured: Measured[] = [];
    for (const { name, index, run } of typical(listings)) {
      let { plan } = await explain(run);
      for (let left = runs - 1; left > 0; left--) {
        const next = (await explain(run)).plan;
        plan = { ...next, time: Math.min(next.time, plan.time) };
      }
      measured.push({ name, index, plan });
    }
    return measured;
  } finally {
    await close();
  }
}

/** Describes the searches that didn't use their index. */
export const strays = (measured: readonly Measured[]): readonly string[] =>
  measured.flatMap(({ name, index, plan: { reads } }) =>
    index === null || reads.includes(index) ? [] : [`${name}: ${reads.join(', ')} and not ${index}`],
  );
