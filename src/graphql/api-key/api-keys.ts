import { queryFromInfo } from '@pothos/plugin-prisma';
import { liveAt } from '../../domain/plan/limits.ts';
import { builder } from '../core/builder.ts';
import { type Order, type PageQuery, page, pageCost } from '../core/page.ts';
import { Tenant } from '../tenant/tenant.ts';
import { ApiKey } from './api-key.ts';

const ApiKeyState = builder.enumType('ApiKeyState', {
  description: 'Which API keys to list.',
  values: {
    LIVE: { value: 'live', description: 'Those that were neither revoked nor have expired: those that count against the plan.' },
    ALL: { value: 'all', description: 'Those that were revoked or have expired, too.' },
  },
});

const ApiKeyFilter = builder.inputType('ApiKeyFilter', {
  description: 'Which API keys to list.',
  fields: t => ({ state: t.field({ type: ApiKeyState, description: '`LIVE` when left out.' }) }),
});

type Made = { readonly createdAt: Date; readonly id: string };
const PLACE = /^((?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const placeOf = ({ createdAt, id }: Made) => `${createdAt.toISOString()}/${id}`;

/** In the order in which they were made: their ids are random. */
const OLDEST_FIRST: Order<'place', string> = { key: 'place', direction: 'asc', parse: text => (isPlace(text) ? text : null) };
const isPlace = (text: string) => !Number.isNaN(Date.parse(PLACE.exec(text)?.[1] ?? ''));

/** The part of a query that picks a page, on the two columns that make a place. */
function columnsOf({ where, orderBy, take }: PageQuery<'place', string>) {
  const past = Object.entries(where.place).map(([than, place]) => {
    const [, time, id] = PLACE.exec(place)!;
    const createdAt = new Date(time!);
    return { OR: [{ createdAt: { [than]: createdAt } }, { createdAt, id: { [than]: id } }] };
  });
  return { where: { AND: past }, orderBy: [{ createdAt: orderBy.place }, { id: orderBy.place }], take };
}

builder.objectField(Tenant, 'apiKeys', t =>
  t.connection(
    {
      type: ApiKey,
      policy: 'api-key:read',
      nullable: true,
      description: 'The API keys, in the order in which they were made.',
      args: { filter: t.arg({ type: ApiKeyFilter }) },
      complexity: pageCost,
      resolve: (_tenant, { filter, ...args }, context, info) => {
        const live = filter?.state === 'all' ? {} : liveAt(context.services.clock.now());
        const { apiKey } = context.work.db;
        const selected = queryFromInfo({ context, info, typeName: 'ApiKey', paths: [['edges', 'node'], ['nodes']] }) as object;
        return page(
          args,
          OLDEST_FIRST,
          async query => {
            const { where, ...columns } = columnsOf(query);
            const keys = await apiKey.findMany({ ...selected, ...columns, where: { AND: [live, where] } });
            return keys.map(key => Object.assign(key, { place: placeOf(key) }));
          },
          () => apiKey.count({ where: live }),
        );
      },
    },
    { name: 'TenantApiKeysConnection' },
    { name: 'TenantApiKeysEdge' },
  ),
);
