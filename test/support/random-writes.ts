import fc from 'fast-check';
import { getDatamodel } from '../../src/generated/pothos.ts';
import { HOSTILE, type Known, type RandomRead, randomRead } from './random-reads.ts';

type Args = Record<string, unknown>;
type Field = { readonly name: string; readonly kind: string; readonly type: string; readonly hasDefaultValue: boolean };
const MODELS = getDatamodel().datamodel.models as unknown as Readonly<Record<string, { readonly fields: readonly Field[] }>>;

/** Prisma writes the last date of JavaScript but can't read it again. */
const LAST = 8.64e15;
const hostile = (type: string) => HOSTILE[type]!.filter(value => !(value instanceof Date && value.getTime() === LAST));

/**
 * Random writes of every model, with the conditions of random reads. Rows equal or resemble
 * existing ones, and sometimes contain hostile values.
 */
export function randomWrite(g: fc.GeneratorValue, known: Known): RandomRead {
  const pick = <T>(of: readonly T[]): T => of[g(fc.nat, of.length - 1)]!;
  const often = (percent: number) => g(fc.nat, 99) < percent;
  const { model, operation: read, args } = randomRead(g, known);
  const fields = MODELS[model]!.fields.filter(({ kind }) => kind !== 'object');
  const rows = known[model]!;

  const value = ({ name, type }: Field): unknown => {
    if (often(4)) return pick(hostile(type));
    if (often(3)) return { set: rows.length ? pick(rows)[name] : null };
    return rows.length ? pick(rows)[name] : pick(hostile(type));
  };
  const newId = () =>
    `0f000000-0000-7000-8000-${g(fc.nat, 2 ** 30)
      .toString(16)
      .padStart(12, '0')}`;

  /** A new row. Columns with a default are set, because Prisma's defaults differ on each run. */
  const row = (): Args => {
    const like: Args = rows.length ? { ...pick(rows) } : Object.fromEntries(fields.map(field => [field.name, value(field)]));
    if ('id' in like && often(85)) like.id = newId();
    for (const field of fields) {
      if (often(12)) like[field.name] = value(field);
      if (often(6) && !field.hasDefaultValue) delete like[field.name];
      if (like[field.name] === null && !field.hasDefaultValue && often(40)) delete like[field.name];
    }
    return like;
  };
  const some = (): Args => Object.fromEntries(fields.filter(() => often(25)).map(field => [field.name, value(field)]));
  const select = () =>
    often(50)
      ? {}
      : { select: often(85) ? Object.fromEntries(fields.filter(() => often(40)).map(({ name }) => [name, true])) : args.select };
  const many = () => ({
    data: often(20) ? row() : Array.from({ length: g(fc.nat, 3) }, row),
    ...(often(40) && { skipDuplicates: often(80) }),
  });

  const where = args.where === undefined ? {} : { where: args.where };
  const WRITES: Readonly<Record<string, () => Args>> = {
    create: () => ({ data: row(), ...select() }),
    createMany: many,
    createManyAndReturn: () => ({ ...many(), ...select() }),
    update: () => ({ ...where, data: some(), ...select() }),
    updateMany: () => ({ ...where, data: some() }),
    updateManyAndReturn: () => ({ ...where, data: some(), ...select() }),
    delete: () => ({ ...where, ...select() }),
    deleteMany: () => where,
  };
  const operation = pick(read.startsWith('findUnique') ? ['update', 'update', 'delete'] : Object.keys(WRITES));
  return { model, operation, args: WRITES[operation]!() };
}
