const alternatives = items => (items.length > 1 ? `${items.slice(0, -1).join(', ')} or ${items.at(-1)}` : items.join());
const plain = names => alternatives(names.map(name => name.toLowerCase()));

const HELP = {
  SIGN_IN: ({ requires }) => (requires.principals.includes('USER') ? 'Sign in as a person.' : 'Sign in as platform staff.'),
  NO_TENANT: () => 'Choose a tenant.',
  ROLE: ({ requires: { roles } }) => (roles.length ? `A member with the role ${plain(roles)} can do it.` : 'Platform staff can do it.'),
  KEY_SCOPE: ({ permission, requires: { principals, roles } }) => {
    if (principals.includes('API_KEY')) return `An API key with the scope ${permission}.`;
    return roles.length ? `No API key can. A member with the role ${plain(roles)} can.` : 'No API key can.';
  },
  TENANT_STATUS: ({ requires }) => `The tenant would have to be ${plain(requires.statuses).replaceAll('_', ' ')}.`,
  PLAN: ({ requires }) => `Change the tenant's plan to ${alternatives(requires.plans)}.`,
};

/** What would remove the obstacle that a refusal reports, from the `extensions` of its error. */
export const whatHelps = refusal => HELP[refusal.because]?.(refusal) ?? '';
