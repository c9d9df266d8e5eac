import type { PlanCode as Code } from '../../access/vocabulary.ts';
import { cancelPlanChange } from '../../domain/plan/cancel-change.ts';
import { changePlan } from '../../domain/plan/change.ts';
import { type Limits, limitsOn } from '../../domain/plan/limits.ts';
import { apiKeyCap, type CapUse, memberCap, type PlanPreview, previewPlan } from '../../domain/plan/preview.ts';
import { builder } from '../core/builder.ts';
import { PlanChangeKind, PlanCode, PlanFeature } from '../core/enums.ts';
import { mutation } from '../core/mutation.ts';
import { tenantPayload } from '../tenant/payload.ts';
import { Tenant } from '../tenant/tenant.ts';

/** A cap and its use. */
export const CapUseType = builder.objectRef<CapUse>('CapUse').implement({
  description: 'A cap and how far it is used.',
  fields: t => ({
    limit: t.exposeInt('limit', { policy: 'public', nullable: true, description: 'Null is no cap.' }),
    used: t.exposeInt('used', { policy: 'public' }),
    over: t.exposeInt('over', { policy: 'public', description: 'By how much it is exceeded. Additions are refused until it is 0 again.' }),
  }),
});

/** A tenant's limits, whatever they come from. */
export const PlanLimits = builder.objectRef<Limits>('PlanLimits').implement({
  description: "A tenant's limits: its plan's, or its contract's on Enterprise. Null is no cap.",
  fields: t => ({
    memberLimit: t.exposeInt('memberLimit', { policy: 'public', nullable: true }),
    apiKeyLimit: t.exposeInt('apiKeyLimit', { policy: 'public', nullable: true }),
    datasetLimit: t.exposeInt('datasetLimit', { policy: 'public', nullable: true }),
    monthlyRetrievals: t.exposeInt('monthlyRetrievals', { policy: 'public', nullable: true }),
    costPointsPerMinute: t.exposeInt('costPointsPerMinute', { policy: 'public', nullable: true }),
  }),
});

const PlanPreviewType = builder.objectRef<PlanPreview>('PlanPreview').implement({
  description: 'What changing to a plan would do. A downgrade removes nobody and nothing.',
  fields: t => ({
    plan: t.expose('plan', { type: PlanCode, policy: 'public' }),
    kind: t.expose('kind', { type: PlanChangeKind, policy: 'public' }),
    takesEffectAt: t.expose('takesEffectAt', {
      type: 'DateTime',
      policy: 'public',
      nullable: true,
      description: 'An upgrade: now. A downgrade: when the billing cycle ends. Null for the present plan, and for what sales arrange.',
    }),
    members: t.expose('members', { type: CapUseType, policy: 'public', description: 'Members and open invitations.' }),
    apiKeys: t.expose('apiKeys', {
      type: CapUseType,
      policy: 'public',
      description: 'API keys that were neither revoked nor have expired.',
    }),
    datasets: t.expose('datasets', { type: CapUseType, policy: 'public' }),
    featuresLost: t.field({ type: [PlanFeature], policy: 'public', resolve: ({ featuresLost }) => [...featuresLost] }),
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
    description: "Members and open invitations, against the plan's cap.",
    select: { planCode: true },
    resolve: ({ planCode }, _args, { work, services }) => memberCap(work.db, planCode as Code, services.clock.now()),
  }),
  apiKeyUse: t.field({
    type: CapUseType,
    policy: 'plan:read',
    nullable: true,
    description: "API keys that were neither revoked nor have expired, against the plan's cap.",
    select: { planCode: true },
    resolve: ({ planCode }, _args, { work, services }) => apiKeyCap(work.db, planCode as Code, services.clock.now()),
  }),
  nextPlan: t.relation('nextPlan', {
    policy: 'plan:read',
    nullable: true,
    description: 'What the plan will be, where a downgrade is scheduled.',
  }),
  nextPlanAt: t.expose('nextPlanDueAt', { type: 'DateTime', policy: 'plan:read', nullable: true, description: 'When it will.' }),
  planPreview: t.field({
    type: PlanPreviewType,
    policy: 'plan:read',
    nullable: true,
    description: 'What changing to a plan would do, and how far over its caps it would leave the tenant.',
    args: { plan: t.arg({ type: PlanCode, required: true }) },
    resolve: (_tenant, { plan }, { work, services }) => previewPlan(work.db, plan, services.clock.now()),
  }),
}));

mutation('changePlan', {
  policy: 'plan:change',
  action: 'plan.change',
  description: 'A higher plan at once; a lower one when the billing cycle ends. `planPreview` says beforehand what it does.',
  input: t => ({ plan: t.field({ type: PlanCode, required: true }) }),
  payload: tenantPayload('ChangePlanPayload'),
  run: (command, input) => changePlan(command, input),
});

mutation('cancelPlanChange', {
  policy: 'plan:change',
  action: 'plan.cancel_downgrade',
  description: 'Cancels the downgrade that is scheduled.',
  payload: tenantPayload('CancelPlanChangePayload'),
  run: command => cancelPlanChange(command),
});
