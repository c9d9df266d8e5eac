import { PLAN_CODES, PLAN_FEATURES } from '../../access/vocabulary.ts';
import { builder } from '../core/builder.ts';
import { enumValues } from '../core/enum-values.ts';

export const PlanCode = builder.enumType('PlanCode', { description: 'A plan of the catalogue.', values: enumValues(PLAN_CODES) });

export const PlanFeature = builder.enumType('PlanFeature', {
  description: 'A feature that a plan includes besides its limits.',
  values: enumValues(PLAN_FEATURES),
});

export const SupportLevel = builder.enumType('SupportLevel', {
  description: 'The level of support that a plan includes.',
  values: enumValues(['community', 'basic', 'priority', 'dedicated']),
});

export const PlanChangeKind = builder.enumType('PlanChangeKind', {
  description: 'The effect of choosing a plan.',
  values: enumValues(['present', 'upgrade', 'downgrade', 'by_sales'], {
    present: 'It is the current plan: nothing changes.',
    upgrade: 'A higher plan, which takes effect at once.',
    downgrade: 'A lower plan, which takes effect when the billing cycle ends.',
    by_sales: 'Members cannot make this change. Platform staff arrange it.',
  }),
});
