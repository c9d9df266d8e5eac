import fc from 'fast-check';
import type { ModelName } from '../../../src/database/sql/data-model.ts';
import type { Target } from './isolation.ts';
import { COLUMNS, RELATIONS, TIE_BREAKERS, uniqueKeys } from './model.ts';

type Gen = fc.GeneratorValue;
type Args = Record<string, unknown>;

const pick = <T>(g: Gen, of: readonly T[]): T => of[g(fc.nat, of.length - 1)]!;
const often = (g: Gen, percent: number) => g(fc.nat, 99) < percent;
const relation = (model: ModelName, field: string) => {
  const to = RELATIONS[model][field]!;
  return typeof to === 'string' ? { model: to, many: false } : { model: to[0], many: true };
};

/** Random arguments of Prisma reads, with ids and texts of all targets. */
export const randomRead = (g: Gen, targets: readonly Target[]) => {
  const word = (key: keyof Target | 'plan') => (key === 'plan' ? pick(g, ['STARTER', 'FREE', 'Starter']) : pick(g, targets)[key]);
  const column = (model: ModelName) => pick(g, Object.entries(COLUMNS[model]));

  const condition = (model: ModelName): Args => {
    const [name, key] = column(model);
    const how = g(fc.nat, 4);
    return { [name]: [word(key), { not: word(key) }, { in: [word(key), word(key)] }, { notIn: [word(key)] }, { gte: word(key) }][how] };
  };

  const where = (model: ModelName, depth: number): Args => {
    const how = depth ? g(fc.nat, 9) : g(fc.nat, 2);
    if (how === 0) return {};
    if (how < 4) return condition(model);
    if (how < 6) return { [pick(g, ['AND', 'OR', 'NOT'])]: [where(model, depth - 1), where(model, depth - 1)] };
    if (how === 6) return { [pick(g, ['AND', 'NOT'])]: where(model, depth - 1) };
    const field = pick(g, Object.keys(RELATIONS[model]));
    const to = relation(model, field);
    const inner = where(to.model, depth - 1);
    if (to.many) return { [field]: { [pick(g, ['some', 'none', 'every'])]: inner } };
    return { [field]: often(g, 40) ? inner : { [pick(g, ['is', 'isNot'])]: inner } };
  };

  const order = (model: ModelName, depth: number): Args => {
    const direction = pick(g, ['asc', 'desc']);
    if (!depth || often(g, 60)) return { [column(model)[0]]: direction };
    const field = pick(g, Object.keys(RELATIONS[model]));
    const to = relation(model, field);
    return { [field]: to.many ? { _count: direction } : order(to.model, depth - 1) };
  };

  const unique = (model: ModelName): Args => pick(g, uniqueKeys(model, word));

  const rows = (model: ModelName, depth: number): Args => ({
    ...(often(g, 60) && { where: where(model, depth) }),
    orderBy: [...(often(g, 50) ? [order(model, 2)] : []), { [TIE_BREAKERS[model]]: 'asc' }],
    ...(often(g, 20) && { cursor: unique(model) }),
    ...(often(g, 20) && { take: g(fc.integer, { min: -3, max: 3 }) }),
    ...(often(g, 15) && { skip: g(fc.nat, 2) }),
    ...tree(model, depth),
  });

  const tree = (model: ModelName, depth: number): Args => {
    if (!depth || often(g, 30)) return {};
    const all = Object.keys(RELATIONS[model]);
    const chosen = all.filter(() => often(g, Math.min(60, 150 / all.length)));
    const counts = Object.keys(RELATIONS[model]).filter(field => relation(model, field).many);
    const counted = counts.map(field => [field, often(g, 50) || { where: where(relation(model, field).model, depth - 1) }]);
    const entries: [string, unknown][] = chosen.map(field => {
      const to = relation(model, field);
      return [field, to.many ? rows(to.model, depth - 1) : tree(to.model, depth - 1)];
    });
    if (counted.length && often(g, 40)) entries.push(['_count', often(g, 40) || { select: Object.fromEntries(counted) }]);
    if (!entries.length) return {};
    if (often(g, 50)) return { include: Object.fromEntries(entries) };
    return { select: { ...Object.fromEntries(entries), [TIE_BREAKERS[model]]: true } };
  };

  const model = pick(g, Object.keys(RELATIONS) as ModelName[]);
  const operation = pick(g, [
    'findMany',
    'findMany',
    'findFirst',
    'findUnique',
    'findUniqueOrThrow',
    'count',
    'aggregate',
    'groupBy',
  ] as const);
  const narrowed = often(g, 70) ? { where: where(model, 3) } : {};
  const args: Args = {
    findMany: () => rows(model, 3),
    findFirst: () => rows(model, 3),
    findUnique: () => ({ where: { ...unique(model), ...(often(g, 30) && { AND: [where(model, 2)] }) }, ...tree(model, 3) }),
    findUniqueOrThrow: () => ({ where: unique(model) }),
    count: () => narrowed,
    aggregate: () => ({ ...narrowed, _count: true, _min: { [column(model)[0]]: true } }),
    groupBy: () => ({ ...narrowed, by: [column(model)[0]], _count: true }),
  }[operation]();
  return { model, operation, args };
};
