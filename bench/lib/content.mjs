/**
 * Normalizes the responses of all servers, so that they can be compared: names, global ids, enums,
 * notations and error paths differ between them.
 */

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const AMOUNT = /^\d+\.\d+$/;

/** `Type:tenant:id` in base64url, or the id itself. */
const plainId = text => (text.includes('-') && text.length === 36 ? text : Buffer.from(text, 'base64url').toString().split(':').at(-1));

/** What differs at each request, without what differs. */
const MADE = {
  usageRecordId: text => Buffer.from(text, 'base64url').toString().split(':', 2).join(':'),
  expiresAt: text => typeof Date.parse(text),
  downloadLink: text => {
    const { pathname, searchParams } = new URL(text);
    return { pathname, parameters: [...searchParams.keys()], name: searchParams.get('name'), type: searchParams.get('type') };
  },
};

function value(key, given) {
  if (Array.isArray(given)) return given.map(item => value(key, item));
  if (typeof given === 'object' && given !== null) return object(given);
  if (typeof given !== 'string') return given;
  if (MADE[key]) return MADE[key](given);
  if (key === 'id' || key === 'tenantId') return plainId(given);
  if (key === 'roles' || key === 'status') return given.toLowerCase();
  if (MOMENT.test(given)) return new Date(given).toISOString();
  if (AMOUNT.test(given)) return given.replace(/\.?0+$/, '');
  return given;
}

function object(given) {
  const keys = Object.keys(given);
  if ('edges' in given && 'pageInfo' in given) return { items: given.edges.map(({ node }) => value('', node)), ...given.pageInfo };
  if ('edges' in given && keys.every(key => ['edges', 'pageInfo', 'totalCount'].includes(key)))
    return given.edges.map(({ node }) => value('', node));
  if ('nodes' in given && keys.length === 1) return given.nodes.map(node => value('', node));
  if ('search' in given && keys.length === 1) return value('', given.search);
  if ('totalCount' in given && keys.length === 1) return Number(given.totalCount);
  const plain = {};
  for (const key of keys) {
    const { amount, currency } = given[key] ?? {};
    const isMoney = typeof amount === 'string' && currency && Object.keys(given[key]).length === 2;
    Object.assign(plain, isMoney ? { [key]: value('', amount), currency } : { [key]: value(key, given[key]) });
  }
  return Object.fromEntries(Object.entries(plain).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** PostGraphile's root field is `currentStanding`; the others have `viewer` and `tenant`. */
function data(given) {
  if (!given) return null;
  if (!('standing' in given)) return object(given);
  const { standing } = given;
  if (!standing) return null;
  const { name, email, roles, tenant } = object(standing);
  return { tenant, ...(roles && { viewer: { email, membership: { roles }, name } }) };
}

function error({ message, path = [], extensions = {} }) {
  const { requestId: _, ...reasons } = extensions;
  const place = path.filter((step, at) => !['standing', 'edges', 'node', 'nodes'].includes(step) || (at > 0 && typeof step === 'number'));
  return { path: place.join('.'), message, ...reasons };
}

/**
 * A normalized response: the data, and the refusals in order. A caller who isn't a member gets
 * `{ refused: 'TENANT_NOT_FOUND' }`; PostGraphile returns null for `currentStanding` instead.
 */
export function contentOf({ data: given, errors = [] }) {
  const whole = errors.find(({ extensions }) => extensions?.code === 'TENANT_NOT_FOUND');
  const content = data(given);
  if (whole || (content === null && errors.length === 0)) return { refused: 'TENANT_NOT_FOUND' };
  return { data: content, refused: errors.map(error).sort((a, b) => (a.path < b.path ? -1 : 1)) };
}
