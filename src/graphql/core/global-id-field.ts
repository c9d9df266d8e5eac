import { RootFieldBuilder } from '@pothos/core';
import '@pothos/plugin-relay';
import type { GraphQLFieldResolver } from 'graphql';
import { encodeGlobalId } from './global-id.ts';

type Shape = { readonly type: never; readonly id: string | number | bigint };
type Options = { readonly resolve: GraphQLFieldResolver<unknown, unknown, never, Shape | string | null | Promise<Shape | string | null>> };
type Builder = InstanceType<typeof RootFieldBuilder> & { field(options: object): unknown };

/**
 * A field that is a global id, where the relay plugin's own waits for a promise on every row, so
 * that all that stands around it waits as well. Ours are at hand. This must be imported before a
 * node is defined.
 */
function globalID(this: Builder, { resolve, ...options }: Options): unknown {
  const nameOf = (type: never) => this.builder.configStore.getTypeConfig(type).name;
  const encoded = (id: Shape | string | null) => (typeof id === 'object' && id ? encodeGlobalId(nameOf(id.type), id.id) : id);
  const sent: Options['resolve'] = (...asked) => {
    const id = resolve(...asked);
    return id instanceof Promise ? id.then(encoded) : encoded(id);
  };
  return this.field({ ...options, type: 'ID', resolve: sent });
}

Object.assign(RootFieldBuilder.prototype, { globalID });
