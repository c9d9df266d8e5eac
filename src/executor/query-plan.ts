import type { FieldNode, GraphQLField, GraphQLObjectType } from 'graphql';
import type { FieldAccess } from '../access/is-allowed.ts';
import type { UnconfirmedContext } from '../graphql/core/context.ts';
import type { PrismaRead } from '../graphql/core/prisma-read.ts';
import type { Leaf } from './leaf.ts';

/** What a field resolves by itself, without what the plugins put around it. */
export type Resolve = (parent: unknown, args: object, context: UnconfirmedContext) => unknown;

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
  readonly access: FieldAccess;
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
};
