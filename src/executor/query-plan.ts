import type { FieldNode, GraphQLField, GraphQLObjectType } from 'graphql';
import type { FieldAccess } from '../access/is-allowed.ts';
import type { ExecutionContext, Variables } from './execution.ts';
import type { ArgMapper, ReadRows, RunCommand } from './field-extensions.ts';
import type { Leaf } from './leaf.ts';

/** A field's own resolver, without what Pothos's plugins wrap around it. */
export type Resolve = (parent: unknown, args: object, context: ExecutionContext) => unknown;

/** Computes arguments from coerced variables. */
export type ArgsOf = (variables: Variables) => object;

/** How a value is written; for a list, its response path with `*` for every index. */
export type Shape =
  | { readonly kind: 'leaf'; readonly write: Leaf }
  | { readonly kind: 'object'; readonly object: ObjectPlan }
  | { readonly kind: 'list'; readonly of: Shape; readonly isNullable: boolean; readonly pattern: string };

/** A field of a document, with everything about it that no request changes. */
export type FieldPlan = {
  readonly key: string;
  /** Its response path, with `*` for every index. */
  readonly pattern: string;
  readonly nodes: readonly FieldNode[];
  readonly field: GraphQLField<unknown, unknown>;
  readonly access: FieldAccess;
  readonly isNullable: boolean;
  readonly args: ArgsOf;
  /** Whether its arguments, or those of a field below it, contain a variable. */
  readonly hasVariables: boolean;
  readonly resolve: Resolve;
  readonly shape: Shape;
  /** Reads the rows of a field that PostgreSQL answers with JSON; its `resolve` isn't called. */
  readonly read: ReadRows | null;
};

/** The fields that a document selects of an object. */
export type ObjectPlan = { readonly type: GraphQLObjectType; readonly fields: readonly FieldPlan[] };

/** A mutation with one root field: what runs its command, and how its payload is written. */
export type CommandPlan = { readonly field: FieldPlan; readonly run: RunCommand; readonly argMappers: readonly ArgMapper[] };

/** The compiled form of an operation. */
export type OperationPlan =
  | { readonly kind: 'query'; readonly root: ObjectPlan }
  | { readonly kind: 'command'; readonly root: ObjectPlan; readonly command: CommandPlan };

/** The object that a shape writes, itself or as the items of a list; null for leaves. */
export const objectOf = (shape: Shape): ObjectPlan | null =>
  shape.kind === 'list' ? objectOf(shape.of) : shape.kind === 'object' ? shape.object : null;
