import { deepStrictEqual } from 'node:assert';
import type fc from 'fast-check';
import { learnIds, modelView, type View, viewOf, violations } from '../observe.ts';
import type { Real } from '../real.ts';
import type { Tenant, World } from '../state.ts';

/**
 * One command of a sequence: it does something for real and in the model, and both must agree on
 * what came of it.
 */
export abstract class Step implements fc.AsyncCommand<World, Real> {
  /** The caller, command, tenant and result, once they are known. */
  protected text = '';

  check(_world: Readonly<World>): boolean {
    return true;
  }

  protected abstract act(world: World, real: Real): Promise<void>;

  async run(world: World, real: Real): Promise<void> {
    const before = world.tenants.map(tenant => ({ tenant, view: stateOf(tenant) }));
    await this.act(world, real);
    const after = await real.observe();
    learnIds(world, after);
    for (const tenant of world.tenants) agree(tenant.label, viewOf(after, tenant.id), modelView(tenant));
    const concerned = before.filter(({ tenant, view }) => view !== stateOf(tenant)).map(({ tenant }) => tenant.id);
    for (const { tenant } of before) {
      const changed = after.digests[tenant.id] !== real.last.digests[tenant.id];
      if (changed && !concerned.includes(tenant.id)) throw new Error(`T9: rows of ${tenant.label} changed, which had no part in it`);
    }
    const founded = world.tenants.map(({ id }) => id);
    const strays = Object.keys(after.digests).filter(id => !founded.includes(id));
    if (strays.length) throw new Error(`T1: rows of unknown tenants: ${strays}`);
    const [violation] = violations(real.last, after, world.now);
    if (violation) throw new Error(violation);
    real.last = after;
  }

  /** One line of the report of a failure. */
  protected tell(real: Real, kind: string, text: string, end: string): void {
    this.text = `${text} → ${end}`;
    const key = `${kind} ${end}`;
    real.tally.set(key, (real.tally.get(key) ?? 0) + 1);
  }

  toString(): string {
    return `\n  ${this.text}`;
  }
}

/** A tenant in the model: its observable state, its keys and the refusals that are counted. */
const stateOf = (tenant: Tenant) => JSON.stringify([modelView(tenant), [...tenant.keys], [...tenant.refusals]]);

function agree(label: string, real: View, model: View): void {
  try {
    deepStrictEqual(real, model);
  } catch (error) {
    throw new Error(`${label} is not (+) what the model says (-). ${(error as Error).message}`);
  }
}
