import type { PlanCode } from '../../access/vocabulary.ts';
import { webhookCap } from '../../domain/plan/preview.ts';
import { builder } from '../core/builder.ts';
import { OLDEST_FIRST } from '../core/cursor.ts';
import { pageCost } from '../core/page-size.ts';
import { relatedPage } from '../core/related-page.ts';
import { CapUseType } from '../plan/tenant-plan.ts';
import { Tenant } from '../tenant/tenant.ts';
import { Webhook } from './webhook.ts';

builder.prismaObjectField(Tenant, 'webhooks', t =>
  t.connection(
    {
      type: Webhook,
      policy: 'webhook:read',
      nullable: true,
      description: 'The webhooks, oldest first.',
      complexity: pageCost,
      ...relatedPage({ relation: 'webhooks', type: 'Webhook', order: OLDEST_FIRST }),
    },
    { name: 'TenantWebhooksConnection' },
    { name: 'TenantWebhooksEdge' },
  ),
);

builder.prismaObjectField(Tenant, 'webhookUse', t =>
  t.field({
    type: CapUseType,
    policy: 'plan:read',
    nullable: true,
    description: 'The number of webhooks against the limit of the plan.',
    select: { planCode: true },
    resolve: ({ planCode }, _args, { work }) => webhookCap(work.db, planCode as PlanCode),
  }),
);
