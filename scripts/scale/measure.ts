import { explaining, type Plan } from './plan.ts';
import { typical } from './searches.ts';

/** How a typical search was answered the last time, and what it took at its quickest. */
export type Measured = { readonly name: string; readonly index: string | null; readonly plan: Plan };

/**
 * Runs each typical search so many times in one session, as a tenant, over a database that holds so
 * many listings.
 */
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

/** The searches that another way was taken for than the index that they have. */
export const strays = (measured: readonly Measured[]): readonly string[] =>
  measured.flatMap(({ name, index, plan: { reads } }) =>
    index === null || reads.includes(index) ? [] : [`${name}: ${reads.join(', ')} and not ${index}`],
  );
