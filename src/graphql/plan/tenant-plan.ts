import type { PlanCode as Code } from '../../access/vocabulary.ts';
import { cancelPlanChange } from '../../domain/plan/cancel-change.ts';
import { changePlan } from '../../domain/plan/change.ts';
import { type Limits, limitsOn } from '../../domain/plan/limits.ts';
import { apiKeyCap, type CapUse, memberCap, type PlanPreview, previewPlan } from '../../domain/plan/preview.ts';
import { builder } from '../core/builder.ts';
import { mutation } from '../core/mutation.ts';
import { tenantPayload } from '../tenant/payload.ts';
import { Tenant } from '../tenant/tenant.ts';
import { PlanChangeKind, PlanCode, PlanFeature } from './enums.ts';

export const CapUseType = builder.objectRef<CapUse>('CapUse').implement({
  description: 'A limit and its use.',
  fields: t => ({
    limit: t.exposeInt('limit', { policy: 'public', nullable: true, description: 'Null: no limit.' }),
    used: t.exposeInt('used', { policy: 'public' }),
    over: t.exposeInt('over', {
      policy: 'public',
      description: 'By how much the limit is exceeded. Additions are refused until this is 0.',
    }),
  }),
});

export const PlanLimits = builder.objectRef<Limits>('PlanLimits').implement({
  description:
    'The limits of a tenant: those of its plan, or on Enterprise those of its contract. Null: no limit. See `Plan` for their meaning.',
  fields: t => ({
    memberLimit: t.exposeInt('memberLimit', { policy: 'public', nullable: true }),
    apiKeyLimit: t.exposeInt('apiKeyLimit', { policy: 'public', nullable: true }),
    datasetLimit: t.exposeInt('datasetLimit', { policy: 'public', nullable: true }),
    webhookLimit: t.exposeInt('webhookLimit', { policy: 'public', nullable: true }),
    monthlyRetrievals: t.exposeInt('monthlyRetrievals', { policy: 'public', nullable: true }),
    costPointsPerMinute: t.exposeInt('costPointsPerMinute', { policy: 'public', nullable: true }),
  }),
});

const PlanPreviewType = builder.objectRef<PlanPreview>('PlanPreview').implement({
  description: 'The effect of changing to a plan. A downgrade removes no member and no data.',
  fields: t => ({
    plan: t.expose('plan', { type: PlanCode, policy: 'public' }),
    kind: t.expose('kind', { type: PlanChangeKind, policy: 'public' }),
    takesEffectAt: t.expose('takesEffectAt', {
      type: 'DateTime',
      policy: 'public',
      nullable: true,
      description:
        'An upgrade: now. A downgrade: when the billing cycle ends. Null for the current plan, and for a change that only platform staff can make.',
    }),
    members: t.expose('members', {
      type: CapUseType,
      policy: 'public',
      description: 'Members and open invitations against the limit of that plan.',
    }),
    apiKeys: t.expose('apiKeys', {
      type: CapUseType,
      policy: 'public',
      description: 'Valid API keys against the limit of that plan.',
    }),
    datasets: t.expose('datasets', { type: CapUseType, policy: 'public', description: 'Datasets against the limit of that plan.' }),
    webhooks: t.expose('webhooks', { type: CapUseType, policy: 'public', description: 'Webhooks against the limit of that plan.' }),
    featuresLost: t.field({
      type: [PlanFeature],
      policy: 'public',
      description: 'Features of the current plan that the other plan lacks.',
      resolve: ({ featuresLost }) => [...featuresLost],
    }),
  }),
});

builder.prismaObjectFields(Tenant, t => ({
  limits: t.field({
    type: PlanLimits,
    policy: 'plan:read',
    nullable: true,
    select: { planCode: true },
    resolve: ({ planCode }, _args, { work }) => limitsOn(work.db, planCode as Code),
  }),
  memberUse: t.field({
    type: CapUseType,
    policy: 'plan:read',
    nullable: true,
    description: 'Members and open invitations against the limit of the plan.',
    select: { planCode: true },
    resolve: ({ planCode }, _args, { work, services }) => memberCap(work.db, planCode as Code, services.clock.now()),
  }),
  apiKeyUse: t.field({
    type: CapUseType,
    policy: 'plan:read',
    nullable: true,
    description: 'API keys that are neither revoked nor expired, against the limit of the plan.',
    select: { planCode: true },
    resolve: ({ planCode }, _args, { work, services }) => apiKeyCap(work.db, planCode as Code, services.clock.now()),
  }),
  nextPlan: t.relation('nextPlan', {
    policy: 'plan:read',
    nullable: true,
    description: 'The plan after a scheduled downgrade. Null: none is scheduled.',
  }),
  nextPlanAt: t.expose('nextPlanDueAt', {
    type: 'DateTime',
    policy: 'plan:read',
    nullable: true,
    description: 'When the scheduled downgrade takes effect.',
  }),
  planPreview: t.field({
    type: PlanPreviewType,
    policy: 'plan:read',
    nullable: true,
    description: 'The effect of changing to a plan, and by how much the tenant would exceed its limits.',
    args: { plan: t.arg({ type: PlanCode, required: true }) },
    resolve: (_tenant, { plan }, { work, services }) => previewPlan(work.db, plan, services.clock.now()),
  }),
}));

mutation('changePlan', {
  policy: 'plan:change',
  action: 'plan.change',
  description:
    'Changes the plan: a higher one at once, a lower one when the billing cycle ends. `Tenant.planPreview` shows the effect beforehand.',
  input: t => ({ plan: t.field({ type: PlanCode, required: true }) }),
  payload: tenantPayload('ChangePlanPayload'),
  run: (command, input) => changePlan(command, input),
});

mutation('cancelPlanChange', {
  policy: 'plan:change',
  action: 'plan.cancel_downgrade',
  description: 'Cancels the scheduled downgrade.',
  payload: tenantPayload('CancelPlanChangePayload'),
  run: command => cancelPlanChange(command),
});
