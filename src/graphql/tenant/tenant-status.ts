import { STATUS_MEANING } from '../../access/meaning.ts';
import { STATUSES } from '../../access/vocabulary.ts';
import { builder } from '../core/builder.ts';
import { enumValues } from '../core/enum-values.ts';

export const TenantStatus = builder.enumType('TenantStatus', {
  description: 'The status of a tenant.',
  values: enumValues(STATUSES, STATUS_MEANING),
});
