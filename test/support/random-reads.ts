import fc from 'fast-check';
import { getDatamodel } from '../../src/generated/pothos.ts';

type Gen = fc.GeneratorValue;
type Args = Record<string, unknown>;
type Field = {
  readonly name: string;
  readonly kind: string;
  readonly type: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly isId: boolean;
};
type Key = { readonly name: string | null; readonly fields: readonly string[] };
type Model = { readonly fields: readonly Field[]; readonly primaryKey: Key | null; readonly uniqueIndexes: readonly Key[] };

/** Every model that there is: what a new one has is asked for as soon as it is there. */
const MODELS = getDatamodel().datamodel.models as unknown as Readonly<Record<string, Model>>;

/** The rows of every model, to take values from that find something. */
export type Known = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** An operation of a model and its arguments, in Prisma's notation. */
export type RandomRead = { readonly model: string; readonly operation: string; readonly args: Args };

/**
 * Values that mean harm, that mean something else to SQL, to JSON or to objects, or that aren't of
 * the type.
 */
export const HOSTILE: Readonly<Record<string, readonly unknown[]>> = {
  String: [
    ...['', "'", "''; DROP TABLE membership; --", '"', '\\', '%', '_', '%\\', '$1', '{}', '{"a",NULL}', 'NULL', '__proto__', 'constructor'],
    ...['ünï 😀 ﷽', 'a\0b', '\ud800', '\u2028', 'x'.repeat(3_000), '01a20ac5-7e0e-7725-bb9f-925801a8cdb1', 7, null],
  ],
  Int: [0, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 1.5, -0, 1e30, Number.NaN, '1', 1n],
  BigInt: [0n, -1, 2n ** 63n - 1n, 2n ** 63n, 2 ** 53, 1.5, '1'],
  Float: [0, -0, 1.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY, '1'],
  Decimal: [0, '1.10', 1e30, '1e5', 'x'],
  Boolean: [true, false, 'true', 0],
  DateTime: [new Date(0), new Date(8.64e15), new Date(Number.NaN), new Date(-1e14), '2026-01-01T00:00:00.000Z', 'soon', 0],
  Bytes: [Buffer.alloc(0), new Uint8Array([0, 255, 39, 92]), 'aGk=', [1]],
  Json: [{}, [], 'x', 1, null],
};

const pick = <T>(g: Gen, of: readonly T[]): T => of[g(fc.nat, of.length - 1)]!;
const often = (g: Gen, percent: number) => g(fc.nat, 99) < percent;
const scalarsOf = (model: string) => MODELS[model]!.fields.filter(({ kind }) => kind !== 'object');
/**
 * A comparison of JSON stops Prisma's compiler for good ("entered unreachable code"): nobody asks
 * one.
 */
const comparableOf = (model: string) => scalarsOf(model).filter(({ type }) => type !== 'Json');
const relationsOf = (model: string) => MODELS[model]!.fields.filter(({ kind }) => kind === 'object');
const keyOf = (model: string): readonly string[] => {
  const { primaryKey, fields } = MODELS[model]!;
  return primaryKey?.fields ?? fields.filter(({ isId }) => isId).map(({ name }) => name);
};

const SIMPLE = ['equals', 'not', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte'];
const TEXT = [...SIMPLE, 'contains', 'startsWith', 'endsWith'];
const LIST = ['has', 'hasSome', 'hasEvery', 'isEmpty', 'equals'];

/**
 * Random reads of every model: with values of rows that there are, and now and then with hostile
 * ones.
 */
export function randomRead(g: Gen, known: Known): RandomRead {
  const value = (model: string, { name, type, isList }: Field): unknown => {
    if (often(g, 8)) return pick(g, HOSTILE[type] ?? HOSTILE.String!);
    const there = known[model]!.flatMap(row => (isList ? (row[name] as unknown[]) : [row[name]])).filter(item => item !== null);
    if (!there.length) return pick(g, HOSTILE[type] ?? HOSTILE.String!);
    const chosen = pick(g, there);
    return typeof chosen === 'string' && often(g, 15) ? chosen.slice(0, 4) : chosen;
  };
  const values = (model: string, field: Field) => Array.from({ length: g(fc.nat, 3) }, () => value(model, field));

  const scalarFilter = (model: string, field: Field, depth = 1): unknown => {
    if (field.isList) {
      const name = pick(g, LIST);
      if (name === 'isEmpty') return { isEmpty: often(g, 50) };
      return { [name]: name === 'has' ? value(model, field) : values(model, field) };
    }
    if (often(g, 30)) return often(g, field.isRequired ? 3 : 25) ? null : value(model, field);
    const names = field.type === 'String' ? TEXT : field.type === 'Boolean' ? ['equals', 'not'] : SIMPLE;
    const filter: Args = {};
    for (let more = 1 + g(fc.nat, 1); more; more--) {
      const name = pick(g, names);
      if (name === 'in' || name === 'notIn') filter[name] = values(model, field);
      else if (name === 'not' && depth && often(g, 40)) filter[name] = scalarFilter(model, field, 0);
      else filter[name] = !field.isRequired && (name === 'not' || name === 'equals') && often(g, 30) ? null : value(model, field);
    }
    if (depth && field.type === 'String' && often(g, 20)) filter.mode = pick(g, ['insensitive', 'default']);
    return filter;
  };

  const where = (model: string, depth: number): Args => {
    const parts: Args = {};
    for (let more = g(fc.nat, 2) || 1; more; more--) {
      const how = depth ? g(fc.nat, 9) : g(fc.nat, 3);
      if (how < 4) {
        const field = pick(g, comparableOf(model));
        parts[field.name] = often(g, 5) ? undefined : scalarFilter(model, field);
      } else if (how < 7) {
        const many = () => Array.from({ length: g(fc.nat, 2) }, () => where(model, depth - 1));
        const name = pick(g, ['AND', 'OR', 'NOT']);
        parts[name] = name !== 'OR' && often(g, 30) ? where(model, depth - 1) : many();
      } else if (relationsOf(model).length) {
        const field = pick(g, relationsOf(model));
        const inner = () => where(field.type, depth - 1);
        if (field.isList) parts[field.name] = { [pick(g, ['some', 'none', 'every'])]: inner() };
        else if (often(g, 40)) parts[field.name] = inner();
        else
          parts[field.name] =
            !field.isRequired && often(g, 30) ? { [pick(g, ['is', 'isNot'])]: null } : { [pick(g, ['is', 'isNot'])]: inner() };
      }
    }
    return often(g, 5) ? {} : parts;
  };

  const unique = (model: string): Args => {
    const { primaryKey, uniqueIndexes } = MODELS[model]!;
    const row = known[model]!.length && often(g, 80) ? pick(g, known[model]!) : null;
    const of = (name: string) => row?.[name] ?? value(model, MODELS[model]!.fields.find(field => field.name === name)!);
    // A key with a column that Prisma doesn't read can't be asked for.
    const isReadable = (key: Key) => key.fields.every(name => MODELS[model]!.fields.some(field => field.name === name));
    const compound = [primaryKey, ...uniqueIndexes].filter(key => key !== null).filter(isReadable);
    const ids = MODELS[model]!.fields.filter(({ isId }) => isId).map(({ name }) => ({ [name]: of(name) }));
    const keys = compound.map(({ name, fields }) => ({
      [name ?? fields.join('_')]: Object.fromEntries(fields.map(field => [field, of(field)])),
    }));
    return pick<Args>(g, [...ids, ...keys]);
  };

  /** An order that is one: it ends with the primary key. */
  const orderBy = (model: string): Args[] => {
    const some = Array.from({ length: g(fc.nat, 2) }, () => pick(g, comparableOf(model)));
    const orders = some.map(({ name, isRequired }) => {
      const sort = pick(g, ['asc', 'desc']);
      return { [name]: !isRequired && often(g, 50) ? { sort, nulls: pick(g, ['first', 'last']) } : sort };
    });
    return [...orders, ...keyOf(model).map(name => ({ [name]: 'asc' }))];
  };

  const rows = (model: string, depth: number): Args => ({
    ...(often(g, 50) && { where: where(model, depth) }),
    orderBy: orderBy(model),
    ...(often(g, 30) && { take: often(g, 90) ? g(fc.nat, 4) : -2 }),
    ...(often(g, 20) && { skip: g(fc.nat, 2) }),
    ...(often(g, 3) && { cursor: unique(model) }),
    ...(often(g, 3) && { distinct: [pick(g, scalarsOf(model)).name] }),
    ...tree(model, depth),
  });

  const counts = (model: string, depth: number) => {
    const lists = relationsOf(model).filter(({ isList }) => isList);
    return lists.map(({ name, type }): [string, unknown] => [name, often(g, 50) || { where: where(type, depth) }]);
  };

  const tree = (model: string, depth: number): Args => {
    if (often(g, 15)) return {};
    const relations = depth ? relationsOf(model).filter(() => often(g, 45)) : [];
    const nested = relations.map(({ name, type, isList }): [string, unknown] => [
      name,
      isList ? rows(type, depth - 1) : often(g, 30) || tree(type, depth - 1),
    ]);
    const counted = counts(model, 1).filter(() => often(g, 70));
    if (counted.length && often(g, 40)) nested.push(['_count', often(g, 20) || { select: Object.fromEntries(counted) }]);
    if (often(g, 35)) return nested.length ? { include: Object.fromEntries(nested) } : {};
    const columns = scalarsOf(model)
      .filter(() => often(g, 40))
      .map(({ name }): [string, unknown] => [name, !often(g, 5)]);
    const all = [...columns, ...nested].sort(() => (often(g, 50) ? 1 : -1));
    return { select: all.length ? Object.fromEntries(all) : { [keyOf(model)[0]!]: true } };
  };

  const model = pick(g, Object.keys(MODELS));
  const operation = pick(g, [
    'findMany',
    'findMany',
    'findMany',
    'findFirst',
    'findFirstOrThrow',
    'findUnique',
    'findUniqueOrThrow',
    'count',
  ]);
  const depth = g(fc.nat, 3);
  const args: Readonly<Record<string, () => Args>> = {
    findMany: () => rows(model, depth),
    findFirst: () => rows(model, depth),
    findFirstOrThrow: () => rows(model, depth),
    findUnique: () => ({ where: { ...unique(model), ...(often(g, 30) && { AND: [where(model, 1)] }) }, ...tree(model, depth) }),
    findUniqueOrThrow: () => ({ where: unique(model), ...tree(model, 1) }),
    count: () => (often(g, 90) ? { where: where(model, depth) } : {}),
  };
  return { model, operation, args: args[operation]!() };
}
