import { liveAt } from '../../domain/plan/limits.ts';
import { builder } from '../core/builder.ts';
import { pageBy } from '../core/page.ts';
import { pageCost } from '../core/page-size.ts';
import { nodeSelection } from '../core/selection.ts';
import { Tenant } from '../tenant/tenant.ts';
import { ApiKey } from './api-key.ts';
import { creationOrder, cursors } from './order.ts';

const ApiKeyState = builder.enumType('ApiKeyState', {
  description: 'The states of API keys to list.',
  values: {
    LIVE: { value: 'live', description: 'Keys that are neither revoked nor expired. These count against the limit of the plan.' },
    ALL: { value: 'all', description: 'All keys, revoked and expired ones included.' },
  },
});

const ApiKeyFilter = builder.inputType('ApiKeyFilter', {
  description: 'Which API keys to list.',
  fields: t => ({ state: t.field({ type: ApiKeyState, description: 'Default: `LIVE`.' }) }),
});

builder.objectField(Tenant, 'apiKeys', t =>
  t.connection(
    {
      type: ApiKey,
      policy: 'api-key:read',
      nullable: true,
      description: 'The API keys, oldest first.',
      args: { filter: t.arg({ type: ApiKeyFilter }) },
      complexity: pageCost,
      resolve: (_tenant, { filter, ...args }, context, info) => {
        const state = filter?.state === 'all' ? {} : liveAt(context.services.clock.now());
        const { apiKey } = context.work.db;
        const selection = nodeSelection('ApiKey', context, info);
        return pageBy(
          args,
          cursors,
          range => {
            const { where, ...query } = creationOrder(range);
            return apiKey.findMany({ ...selection, ...query, where: { AND: [state, where] } });
          },
          () => apiKey.count({ where: state }),
        );
      },
    },
    { name: 'TenantApiKeysConnection' },
    { name: 'TenantApiKeysEdge' },
  ),
);
