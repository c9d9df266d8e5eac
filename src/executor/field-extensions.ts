import type { GraphQLField } from 'graphql';

/** What PostgreSQL writes for a field whose resolver returns no more than columns of its row. */
export type ColumnsOf =
  | { readonly column: string }
  | { readonly count: string }
  /** The column in a global id, where it isn't `id` below the tenant. */
  | { readonly id: string }
  | { readonly money: readonly [amount: string, currency: string] };

/** Reads the rows of a root field, given what to select of them in Prisma's notation. */
export type ReadRows = (query: object, parent: unknown, args: object, context: never) => unknown;

/**
 * How a command ended; null when it did nothing and the request must run again in another context.
 */
export type CommandOutcome = { readonly payload: object } | { readonly error: unknown } | null;

/**
 * Runs the command of a mutation field: its permission check, its resolver and what belongs to
 * every command.
 */
export type RunCommand = (args: object, context: never, responseKey: string) => Promise<CommandOutcome>;

/** A connection that is read in the query of its row. */
export type PageExtension = {
  /** The relation whose rows it pages through. */
  readonly relation: string;
  /** The column that it is ordered by, which its cursors contain. */
  readonly key: string;
  /** Whether its arguments are accepted: their size and their cursors. */
  isValid(args: object): boolean;
  /** For a page of a part: what it selects of the row, where a condition holds. */
  readonly selectIn?: (condition: object, args: object, inside: Inside) => { readonly select: Readonly<Record<string, unknown>> };
};

/** What is selected below a field: of its rows, and the names of its own fields. */
export type Inside = {
  readonly nested: (query: object, include?: unknown) => object;
  readonly selected: () => ReadonlySet<string>;
};

/** An object that is no row: it shows part of what belongs to the row that it is a field of. */
export type PartExtension = {
  /** The condition for what belongs to it; null where only the resolver knows. */
  readonly conditionOf: (args: object) => object | null;
};

/** What fields tell the executor about themselves (implemented in graphql/core). */
export type FieldExtensions = {
  readonly columns?: ColumnsOf;
  readonly readRows?: ReadRows;
  readonly page?: PageExtension;
  readonly part?: PartExtension;
  readonly command?: RunCommand;
  /** For a field of an interface: the types that its arguments lead to. */
  readonly typesOf?: (args: object) => readonly string[];
};

/** What Pothos says of a field. */
export type PothosExtensions = {
  readonly pothosConfig?: { readonly resolve?: unknown; readonly argMappers: readonly ArgMapper[] };
  readonly pothosExposedField?: string;
  readonly pothosPrismaFallback?: unknown;
  readonly pothosPrismaRelationField?: { readonly name: string; readonly isList: boolean };
  readonly pothosPrismaSelect?: unknown;
};

/** Turns arguments as sent into those of the resolver: it decodes global ids. */
export type ArgMapper = (args: object, context: never, info: never) => object | Promise<object>;

/** The extensions of a built field. */
export const extensionsOf = ({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): FieldExtensions & PothosExtensions =>
  extensions as FieldExtensions & PothosExtensions;
