import type { FieldNode, GraphQLField, GraphQLObjectType } from 'graphql';
import type { Permission } from '../access/policy.ts';
import type { Context } from '../graphql/core/context.ts';
import type { PrismaRead } from '../graphql/core/prisma-read.ts';
import type { Leaf } from './leaf.ts';

/** What a field resolves by itself, without what the plugins put around it. */
export type Resolve = (parent: unknown, args: object, context: Context) => unknown;

/** Arguments of a request's variables, which are coerced already. */
export type ArgsOf = (variables: Readonly<Record<string, unknown>>) => object;

/** What a value is written as. */
export type Shape =
  | { readonly kind: 'leaf'; readonly write: Leaf }
  | { readonly kind: 'object'; readonly object: ObjectPlan }
  | { readonly kind: 'list'; readonly of: Shape; readonly isNullable: boolean };

/** A field of a document, with what is known of it before anybody asks. */
export type FieldPlan = {
  readonly key: string;
  readonly nodes: readonly FieldNode[];
  readonly field: GraphQLField<unknown, unknown>;
  /** What it needs; null where it is public, or as its parent. */
  readonly permission: Permission | null;
  readonly isNullable: boolean;
  readonly args: ArgsOf;
  /** Whether a variable stands in it, or in what is asked of it. */
  readonly hasVariables: boolean;
  readonly resolve: Resolve;
  readonly shape: Shape;
  /**
   * What the rows behind it are read with, if it is a root that reads: it resolves nothing, then.
   */
  readonly read: PrismaRead | null;
};

/** The fields of an object that a document asks for. */
export type ObjectPlan = {
  readonly type: GraphQLObjectType;
  readonly fields: readonly FieldPlan[];
  /**
   * Whose a row is, to be compared with the context's tenant; null where the type doesn't say by
   * its rows.
   */
  readonly tenantOf: ((row: never) => string) | null;
  /** Whether a field of it is refused to those who are in no tenant. */
  readonly isGuarded: boolean;
};
