import { OBSTACLES } from '../../access/grant.ts';
import { PRINCIPAL_KINDS } from '../../access/vocabulary.ts';
import { builder } from '../core/builder.ts';
import { enumValues } from '../core/enum-values.ts';

export const PrincipalName = builder.enumType('Principal', {
  description: 'The kind of caller.',
  values: enumValues(PRINCIPAL_KINDS, {
    nobody: 'The request carried no token.',
    user: 'A person.',
    api_key: 'An API key of a tenant.',
    staff: 'A member of the platform staff, who is in no tenant.',
  }),
});

export const ObstacleName = builder.enumType('Obstacle', {
  description: 'The reason why a permission is refused.',
  values: enumValues(OBSTACLES, {
    SIGN_IN: 'The request carries no token.',
    ROLE: 'No role of the caller carries the permission.',
    NO_TENANT: 'The request acts in no tenant.',
    KEY_SCOPE: 'The caller is an API key whose scopes do not include the permission.',
    TENANT_STATUS: "The tenant's status does not allow it.",
    PLAN: "The tenant's plan does not include the feature.",
  }),
});
