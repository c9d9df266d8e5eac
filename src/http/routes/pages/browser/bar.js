// The lists of personas and tenants in the demo: the personas by tenant, and only the tenants of
// the chosen persona.

import { choose, currentChoice, onChoose, tenantsOf } from './caller.js';

const { demo } = JSON.parse(document.getElementById('config').textContent);
const tenants = new Map(demo.tenants.map(({ slug, label }) => [slug, label]));
const [personaList, tenantList, sends] = ['persona', 'tenant', 'sends'].map(id => document.getElementById(id));

/** The heading under which a persona is listed. */
function headingOf({ tenants: own }) {
  if (own.length === 0) return 'No tenant';
  return own.length === 1 ? (tenants.get(own[0]) ?? own[0]) : 'Several tenants';
}

function listPersonas() {
  const groups = [...new Set(demo.personas.map(headingOf))].map(heading => {
    const group = document.createElement('optgroup');
    group.label = heading;
    group.append(
      ...demo.personas
        .filter(persona => headingOf(persona) === heading)
        .map(({ email, label }) => new Option(`${email} · ${label}`, email)),
    );
    return group;
  });
  personaList.replaceChildren(new Option('Anonymous', ''), ...groups);
}

function show({ persona, tenant }) {
  const own = tenantsOf(persona).map(slug => new Option(tenants.get(slug) ?? slug, slug));
  tenantList.replaceChildren(new Option('(none)', ''), ...own);
  tenantList.disabled = own.length === 0;
  personaList.value = persona;
  tenantList.value = tenant;
  if (!sends) return;
  const headers = [persona && 'authorization: Bearer …', tenant && `x-tenant-id: ${tenant}`].filter(Boolean);
  sends.value = headers.length > 0 ? `Sends ${headers.join(', ')}` : 'Sends only the headers you type';
}

listPersonas();
show(currentChoice());
onChoose(show);
personaList.addEventListener('change', () => choose(personaList.value, tenantsOf(personaList.value)[0] ?? ''));
tenantList.addEventListener('change', () => choose(currentChoice().persona, tenantList.value));
