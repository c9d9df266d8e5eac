/**
 * A tab that the explorer opens with: a document and a hint of what to try, in the demo and
 * elsewhere. GraphiQL uses the operation's name as the title.
 */
type Tab = { readonly demo: string; readonly elsewhere: string; readonly document: string };

const HEADERS = `Type headers below, under Headers: authorization,
and x-tenant-id with the slug or id of a tenant.`;

const MEMBERS = `A page of members. Try filter: { role: OWNER },
or filter: { search: "an" }.`;

/** An operation of which a viewer is refused some fields. */
export const EXAMPLE = `query RefusedAndWhy {
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
`;

const TABS: readonly Tab[] = [
  {
    // The principal, all its memberships, and its permissions in the chosen tenant.
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
    mayReadAddresses: can(permission: MEMBER_READ_EMAIL)
  }
}
`,
  },
  {
    // The tenant of the request's context, with its plan: null without a context, refusals for
    // fields that the caller's role may not read.
    demo: `The tenant chosen above. A field that the persona
may not read is null, and errors says why.`,
    elsewhere: `The tenant named by x-tenant-id.
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
    // A connection with its filter. The addresses need a permission of their own.
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
    // A partial response: refused fields are null, and each has an error with its path.
    demo: `Choose viewer@northwind.example above. Each refused
field's extensions say what it needs, and why.`,
    elsewhere: `With a token of a viewer: each refused field's
extensions say what it needs, and why.`,
    document: EXAMPLE,
  },
];

/** The documents that the explorer opens with, each with its hint as a comment. */
export function openingTabs(demo: boolean): { query: string }[] {
  return TABS.map(tab => ({ query: `${comment(demo ? tab.demo : tab.elsewhere)}\n${tab.document}` }));
}

/** The tab to open with where not everybody may read the schema. */
export const EMPTY_TAB = {
  query: `${comment(`${HEADERS}\nThen fetch the schema again, at the bottom on the left.`)}\n{\n  __typename\n}\n`,
};

function comment(text: string): string {
  return text.replaceAll(/^/gm, '# ');
}
