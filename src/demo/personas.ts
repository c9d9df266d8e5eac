import type { PlanCode, Role, TenantStatus } from '../access/vocabulary.ts';
import { ROLES } from '../access/vocabulary.ts';

/** A tenant of the demo. `statusReason` is a text for people, or null. */
export type DemoTenant = {
  slug: string;
  name: string;
  plan: PlanCode;
  status: TenantStatus;
  statusReason: string | null;
  sells: boolean;
  buys: boolean;
  billingEmail: string;
};

/** A person of the demo and their memberships. `tenant` is a slug. */
export type Persona = { email: string; name: string; staff: boolean; memberships: readonly { tenant: string; roles: readonly Role[] }[] };

const UNPAID = 'Two invoices are unpaid; billing suspended the account.';
const LEAVING = 'The owner asked for deletion.';

// biome-ignore format: a table is read by its columns
export const DEMO_TENANTS: readonly DemoTenant[] = [
  { slug: 'northwind', name: 'Northwind Traders',   plan: 'PROFESSIONAL', status: 'active',           statusReason: null,    sells: true,  buys: true,  billingEmail: 'billing@northwind.example' },
  { slug: 'adatum',    name: 'Adatum Corporation',  plan: 'ENTERPRISE',   status: 'active',           statusReason: null,    sells: true,  buys: false, billingEmail: 'billing@adatum.example' },
  { slug: 'fabrikam',  name: 'Fabrikam Residences', plan: 'STARTER',      status: 'active',           statusReason: null,    sells: false, buys: true,  billingEmail: 'billing@fabrikam.example' },
  { slug: 'contoso',   name: 'Contoso Studio',      plan: 'FREE',         status: 'active',           statusReason: null,    sells: false, buys: false, billingEmail: 'billing@contoso.example' },
  { slug: 'tailspin',  name: 'Tailspin Toys',       plan: 'STARTER',      status: 'suspended',        statusReason: UNPAID,  sells: false, buys: false, billingEmail: 'billing@tailspin.example' },
  { slug: 'litware',   name: 'Litware Labs',        plan: 'PROFESSIONAL', status: 'pending_deletion', statusReason: LEAVING, sells: false, buys: false, billingEmail: 'billing@litware.example' },
];

// The members by role. Contoso's plan allows three members.
// biome-ignore format: a table is read by its columns
const PEOPLE: Readonly<Record<string, Readonly<Partial<Record<Role, string>>>>> = {
  northwind: { owner: 'Nora Lindqvist',  admin: 'Idris Bello',    seller_manager: 'Mei Tanaka',    buyer_manager: 'Lucas Moreau',  operator: 'Priya Raman',   viewer: 'Tom Ashworth' },
  adatum:    { owner: 'Adaeze Okafor',   admin: 'Jonas Keller',   seller_manager: 'Sofia Ricci',   buyer_manager: 'Hana Novak',    operator: 'Diego Fuentes', viewer: 'Ruth Abrams' },
  fabrikam:  { owner: 'Felix Brandt',    admin: 'Amara Diallo',   seller_manager: 'Owen Gallagher', buyer_manager: 'Yara Haddad',  operator: 'Kenji Mori',    viewer: 'Elena Petrova' },
  contoso:   { owner: 'Camila Duarte',                                                                                                                        viewer: 'Viktor Holm' },
  tailspin:  { owner: 'Theo Marchetti',  admin: 'Leila Farouk',   seller_manager: 'Grace Mensah',  buyer_manager: 'Pavel Sokolov', operator: 'Ines Carvalho', viewer: 'Noah Whitaker' },
  litware:   { owner: 'Linnea Forsberg', admin: 'Rahul Deshmukh', seller_manager: 'Chloe Laurent', buyer_manager: 'Mateo Vargas',  operator: 'Aiko Yamada',   viewer: 'Bram de Wit' },
};

const SAM: Persona = {
  email: 'sam@people.example',
  name: 'Sam Rivera',
  staff: false,
  memberships: [
    { tenant: 'contoso', roles: ['admin'] },
    { tenant: 'northwind', roles: ['viewer'] },
    { tenant: 'fabrikam', roles: ['operator', 'buyer_manager'] },
  ],
};

const STAFF: Persona = { email: 'staff@ipto.example', name: 'Dana Whitfield', staff: true, memberships: [] };

/**
 * All people of the demo: `<role>@<slug>.example` by tenant and role, then Sam, a member of three
 * tenants, then platform staff.
 */
export const PERSONAS: readonly Persona[] = [...Object.keys(PEOPLE).flatMap(peopleOf), SAM, STAFF];

/** The persona with this e-mail address, ignoring case. */
export function findPersona(email: string): Persona | undefined {
  return PERSONAS.find(persona => persona.email === email.toLowerCase());
}

function peopleOf(tenant: string): Persona[] {
  const names = PEOPLE[tenant] ?? {};
  return ROLES.flatMap(role => {
    const name = names[role];
    return name ? [{ email: `${role}@${tenant}.example`, name, staff: false, memberships: [{ tenant, roles: [role] }] }] : [];
  });
}
