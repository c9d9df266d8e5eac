/**
 * A tab that the explorer opens with, under what to try in the demo and elsewhere. GraphiQL titles
 * it by the name of its operation.
 */
type Tab = { readonly demo: string; readonly elsewhere: string; readonly document: string };

const HEADERS = `Type headers below, under Headers: authorization,
and x-tenant-id with the slug or id of a tenant.`;

const MEMBERS = `A page of members. Try filter: { role: OWNER },
or filter: { search: "an" }.`;

const TABS: readonly Tab[] = [
  {
    // The principal, every membership that it has, and what it may do in the tenant that is chosen.
    demo: `Choose a persona and a tenant in the bar above,
then run this.`,
    elsewhere: HEADERS,
    document: `query WhoAmI {
  viewer {
    principal
    name
    email
    memberships {
      slug
      name
      status
      roles
    }
    membership {
      slug
      roles
    }
    permissions
    mayReadAddresses: can(permission: "member:read-email")
  }
}
`,
  },
  {
    // The tenant of the request's context, with its plan: null without a context, refusals where a
    // role doesn't suffice.
    demo: `The tenant that is chosen above. A field that the
persona may not read is null, and errors says why.`,
    elsewhere: `The tenant that x-tenant-id names.
${HEADERS}`,
    document: `query MyTenant {
  tenant {
    id
    slug
    name
    status
    statusReason
    plan {
      code
      name
    }
    memberCount
    billingEmail
  }
}
`,
  },
  {
    // A connection with its filter, where the addresses need a permission of their own.
    demo: MEMBERS,
    elsewhere: MEMBERS,
    document: `query Members {
  tenant {
    memberships(first: 10) {
      totalCount
      edges {
        node {
          id
          roles
          user {
            name
            email
          }
        }
      }
    }
  }
}
`,
  },
  {
    // The same request answers in part: what is allowed comes, what is refused is null and
    // explained under its path.
    demo: `Choose viewer@northwind.example above. Each refused
field's extensions say what it needs, and why.`,
    elsewhere: `As somebody with few roles: each refused field's
extensions say what it needs, and why.`,
    document: `query RefusedAndWhy {
  tenant {
    name
    billingEmail
    memberships(first: 3) {
      edges {
        node {
          user {
            name
            email
          }
        }
      }
    }
  }
}
`,
  },
];

/** The documents that the explorer opens with, each under a comment that says what to try. */
export function openingTabs(demo: boolean): { query: string }[] {
  return TABS.map(tab => ({ query: `${comment(demo ? tab.demo : tab.elsewhere)}\n${tab.document}` }));
}

function comment(text: string): string {
  return text.replaceAll(/^/gm, '# ');
}
