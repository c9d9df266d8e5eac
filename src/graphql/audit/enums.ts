import { ACTIONS, type Action } from '../../domain/audit/actions.ts';
import { builder } from '../core/builder.ts';
import { enumValues } from '../core/enum-values.ts';

const auditActions = Object.fromEntries(
  (Object.keys(ACTIONS) as Action[]).map(action => [
    action.replace('.', '_').toUpperCase(),
    { value: action, description: `\`${action}\`` },
  ]),
) as Record<string, { value: Action }>;

export const AuditAction = builder.enumType('AuditAction', {
  description: 'The action that an audit event records.',
  values: auditActions,
});

export const AuditOutcome = builder.enumType('AuditOutcome', {
  description: 'Whether the action was done or refused.',
  values: enumValues(['done', 'refused']),
});

export const AuditActor = builder.enumType('AuditActorKind', {
  description: 'The kind of actor that did the action, or was refused.',
  values: enumValues(['user', 'api_key', 'staff', 'system'], {
    user: 'A person.',
    api_key: 'An API key of the tenant.',
    staff: 'Platform staff.',
    system: 'The platform itself, for example when an invitation expires.',
  }),
});
