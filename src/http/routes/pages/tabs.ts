/**
 * A tab that the explorer opens with: a document and a hint of what to try, in the demo and
 * elsewhere. GraphiQL uses the operation's name as the title.
 */
type Tab = { readonly demo: string; readonly elsewhere: string; readonly document: string; readonly variables?: string };

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
may not read is null, and the list beside it says why.`,
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
field is listed with the reason and what would help.`,
    elsewhere: `With a token of a viewer: each refused field is
listed with the reason and what would help.`,
    document: EXAMPLE,
  },
  {
    // The marketplace, which another tenant's listings are in.
    demo: 'Choose buyer_manager@fabrikam.example above.',
    elsewhere: 'With a token of a buyer_manager.',
    document: `query SearchMarketplace {
  marketplace {
    search(first: 5, query: "bikes OR trains") {
      totalCount
      edges {
        node {
          title
          provider
          tags
          price {
            amount
            currency
          }
          entitled
        }
      }
    }
  }
}
`,
  },
  {
    // A mutation with variables: a role and a status are needed, and the refusal is audited.
    demo: `Choose admin@northwind.example above, then a viewer;
or an owner of tailspin, which is suspended.`,
    elsewhere: 'With a token of an admin; the input is in the variables.',
    document: `mutation RenameTenant($input: RenameTenantInput!) {
  renameTenant(input: $input) {
    tenant {
      name
    }
  }
}
`,
    variables: '{\n  "input": {\n    "name": "A New Name"\n  }\n}\n',
  },
  {
    // A subscription: an event for each change, until it is stopped.
    demo: `Run this, and rename the tenant in another window:
each change is an event, until you stop.`,
    elsewhere: `Each change of the tenant is an event, until you
stop.`,
    document: `subscription FollowTenant {
  tenantChanged {
    cursor
    event {
      type
      at
    }
    tenant {
      name
      status
    }
  }
}
`,
  },
];

/**
 * The operations that the explorer opens with, each with its hint as a comment, and their
 * variables.
 */
export function openingTabs(demo: boolean): { query: string; variables?: string }[] {
  return TABS.map(({ document, variables, ...hints }) => ({
    query: `${comment(demo ? hints.demo : hints.elsewhere)}\n${document}`,
    ...(variables !== undefined && { variables }),
  }));
}

/** The tab to open with where not everybody may read the schema. */
export const EMPTY_TAB = {
  query: `${comment(`${HEADERS}\nThen fetch the schema again, at the bottom on the left.`)}\n{\n  __typename\n}\n`,
};

function comment(text: string): string {
  return text.replaceAll(/^/gm, '# ');
}
