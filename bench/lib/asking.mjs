import { makeKeys } from './keys.mjs';
import { preparePartners } from './partner.mjs';

/**
 * The parts of requests: a token for each person, signed once, and the tenants' ids and API keys by
 * number, and what partners send.
 */
export async function askingOf(issuer, { admin }, size) {
  const { rows } = await admin.query('SELECT tenant_id, substr(slug, 8)::int AS number FROM tenant ORDER BY number');
  const tokens = new Map();
  const people = new Map();
  for (const { subject, name, email } of (await admin.query('SELECT subject, name, email FROM person')).rows)
    people.set(subject, { subject, name, email });
  const tokenOf = ({ subject }) => {
    if (!tokens.has(subject)) tokens.set(subject, issuer.sign(people.get(subject)));
    return tokens.get(subject);
  };
  const tenantIds = rows.map(({ tenant_id }) => tenant_id);
  return { tokenOf, tenantIds, keys: await makeKeys({ admin }, tenantIds), ...(await preparePartners({ admin }, tenantIds)), size };
}
