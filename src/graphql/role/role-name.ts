import { ROLE_MEANING } from '../../access/meaning.ts';
import { ROLES } from '../../access/vocabulary.ts';
import { builder } from '../core/builder.ts';
import { enumValues } from '../core/enum-values.ts';

export const RoleName = builder.enumType('RoleName', {
  description: 'A role of a membership.',
  values: enumValues(ROLES, ROLE_MEANING),
});
