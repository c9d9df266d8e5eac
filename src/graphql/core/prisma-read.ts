import { RootFieldBuilder } from '@pothos/core';
import '@pothos/plugin-prisma';
import type { UnconfirmedContext } from './context.ts';

/** What reads the rows of a `prismaField`, given what to select of them. */
export type PrismaRead = (query: object, parent: unknown, args: object, context: UnconfirmedContext) => unknown;

type Options = { readonly extensions?: object; readonly resolve: PrismaRead };
type Field = (this: unknown, options: Options) => unknown;
const prototype = RootFieldBuilder.prototype as unknown as { prismaField: Field };
const { prismaField } = prototype;

/**
 * A `prismaField` whose own resolver stays known, as `extensions.prismaRead`: Pothos puts its
 * look-ahead around it, which wants GraphQL.js's view of the document. This must be imported before
 * a field is defined.
 */
prototype.prismaField = function (options) {
  return prismaField.call(this, { ...options, extensions: { ...options.extensions, prismaRead: options.resolve } });
};
