import pg from 'pg';
import { getDatamodel } from '../../generated/pothos.ts';
import type { PrismaClient } from '../../generated/prisma/client.ts';

/**
 * A column: its name as SQL has it, quoted, and its type as Prisma has it. `type` is null for what
 * this folder doesn't read, such as an enum.
 */
export type Column = {
  readonly sql: string;
  readonly type: Scalar | null;
  readonly isList: boolean;
  readonly isRequired: boolean;
  /** Whether somebody fills it in where a new row doesn't say it: Prisma, or the database. */
  readonly hasDefault: boolean;
};

const SCALARS = ['String', 'Int', 'BigInt', 'Float', 'Decimal', 'Boolean', 'DateTime', 'Bytes', 'Json'] as const;
export type Scalar = (typeof SCALARS)[number];

/** A relation: which columns of ours equal which of the other table's. */
export type Relation = {
  readonly to: Table;
  readonly isList: boolean;
  readonly isRequired: boolean;
  /** Pairs of column names, quoted: ours and the other's. */
  readonly on: readonly (readonly [string, string])[];
  /** Whether the foreign key is ours. */
  readonly isForward: boolean;
};

/**
 * A model as SQL sees it. Fields are looked up in maps, so that no name leads to what an object
 * inherits.
 */
export type Table = {
  readonly sql: string;
  readonly columns: ReadonlyMap<string, Column>;
  readonly relations: ReadonlyMap<string, Relation>;
  /** The names of the primary key's columns, quoted. */
  readonly key: readonly string[];
  /** The sets of fields that are no two rows' alike, the primary key's first. */
  readonly uniques: readonly (readonly string[])[];
  /** Whether Prisma notes by itself when a row was changed. */
  readonly isStamped: boolean;
};
export type Tables = ReadonlyMap<string, Table>;

type Field = {
  readonly name: string;
  readonly kind: string;
  readonly type: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly isId: boolean;
  readonly isUnique: boolean;
  readonly isUpdatedAt: boolean;
  readonly hasDefaultValue: boolean;
  readonly relationName?: string;
  readonly relationFromFields?: readonly string[];
};
type Key = { readonly fields: readonly string[] };
type Model = { readonly fields: readonly Field[]; readonly primaryKey: Key | null; readonly uniqueIndexes: readonly Key[] };
type Named = { readonly name: string; readonly dbName?: string | null };
type Runtime = {
  readonly models: Readonly<
    Record<string, { readonly dbName: string | null; readonly schema: string | null; readonly fields: readonly Named[] }>
  >;
};

const quoted = pg.escapeIdentifier;
const isScalar = (type: string): type is Scalar => (SCALARS as readonly string[]).includes(type);

/**
 * The data model as SQL sees it, from what Prisma generates: `pothos.ts` knows relations and keys,
 * the client knows the database's names.
 */
export function tablesOf(prisma: PrismaClient): Tables {
  const models = getDatamodel().datamodel.models as unknown as Readonly<Record<string, Model>>;
  const runtime = (prisma as unknown as { _runtimeDataModel: Runtime })._runtimeDataModel;
  const tables = new Map<string, Table & { readonly relations: Map<string, Relation> }>();
  for (const [name, { fields, primaryKey, uniqueIndexes }] of Object.entries(models)) {
    const { dbName, schema, fields: named } = runtime.models[name]!;
    const names = new Map(named.map(field => [field.name, quoted(field.dbName ?? field.name)]));
    const columns = fields.filter(({ kind }) => kind !== 'object');
    const key = primaryKey?.fields ?? columns.filter(({ isId }) => isId).map(field => field.name);
    tables.set(name, {
      sql: `${quoted(schema ?? 'public')}.${quoted(dbName ?? name)}`,
      columns: new Map(columns.map(field => [field.name, columnOf(field, names.get(field.name)!)])),
      relations: new Map(),
      key: key.map(field => names.get(field)!),
      uniques: [key, ...columns.filter(({ isUnique }) => isUnique).map(field => [field.name]), ...uniqueIndexes.map(index => index.fields)],
      isStamped: columns.some(({ isUpdatedAt }) => isUpdatedAt),
    });
  }
  for (const [name, { fields }] of Object.entries(models))
    for (const field of fields) {
      const relation = field.kind === 'object' ? relationOf(models, tables, name, field) : null;
      if (relation) tables.get(name)!.relations.set(field.name, relation);
    }
  return tables;
}

const columnOf = ({ kind, type, isList, isRequired, hasDefaultValue }: Field, sql: string): Column => ({
  sql,
  type: kind === 'scalar' && isScalar(type) ? type : null,
  isList,
  isRequired,
  hasDefault: hasDefaultValue,
});

/**
 * A relation through a foreign key to a primary key, which all of ours are (a test holds them
 * against the catalogue); null for another.
 */
function relationOf(models: Readonly<Record<string, Model>>, tables: Tables, name: string, field: Field): Relation | null {
  const [ours, to] = [tables.get(name)!, tables.get(field.type)!];
  const { isList, isRequired, relationName } = field;
  const own = columnsOf(ours, field.relationFromFields);
  if (own.length) return own.length === to.key.length ? { to, isList, isRequired, isForward: true, on: pairs(own, to.key) } : null;
  const back = models[field.type]!.fields.find(other => other !== field && other.kind === 'object' && other.relationName === relationName);
  const theirs = columnsOf(to, back?.relationFromFields);
  return theirs.length && theirs.length === ours.key.length
    ? { to, isList, isRequired, isForward: false, on: pairs(ours.key, theirs) }
    : null;
}

const columnsOf = ({ columns }: Table, fields: readonly string[] = []) => fields.map(field => columns.get(field)!.sql);
const pairs = (ours: readonly string[], theirs: readonly string[]) => ours.map((column, place) => [column, theirs[place]!] as const);
