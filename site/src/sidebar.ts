import { readDecisions } from '../../scripts/print/decisions.ts';
import { objects } from './reference/schema.ts';

const page = (text: string, link: string) => ({ text, link });

/** The pages beside each page, in the order in which somebody new would read them. */
export const sidebar = [
  {
    text: 'Guides',
    items: [
      page('Build a dashboard', '/guides/dashboard'),
      page('Connect a program', '/guides/partner'),
      page('Look around', '/guides/explorer'),
      page('Run it', '/guides/operator'),
      page('Extend it', '/guides/engineer'),
    ],
  },
  {
    text: 'Use',
    items: [
      page('First steps', '/first-steps'),
      page('The API', '/api'),
      page('Clients', '/clients'),
      page('The client package', '/client-package'),
      page('The partner example', '/partner-example'),
      page('The dashboard example', '/dashboard-example'),
      page('Tour: people and tenants', '/tour'),
      page('Tour: the marketplace', '/tour-marketplace'),
      page('Pages', '/pages'),
      page('Trusted documents', '/trusted-documents'),
      page('Events', '/events'),
      page('Webhooks', '/webhooks'),
      page('Federation', '/federation'),
    ],
  },
  {
    text: 'Look up',
    items: [
      page('Errors', '/errors'),
      page('Who may do what', '/access-matrix'),
      page('Changes of the schema', '/schema-changes'),
      page('Rules', '/spec'),
      page('Rules and their tests', '/rules'),
      page('Glossary', '/glossary'),
      page('Settings', '/settings'),
      page('Changelog', '/changelog'),
    ],
  },
  {
    text: 'Run',
    items: [
      page('Deploy', '/deploy'),
      page('Upgrade', '/upgrade'),
      page('Back up and restore', '/backup'),
      page('Operate', '/operations'),
      page('Report a vulnerability', '/security'),
    ],
  },
  {
    text: 'Understand',
    items: [
      page('How it works', '/how-it-works'),
      page('A request', '/request'),
      page('Performance', '/performance'),
      page('Scale', '/scale'),
      page('Contribute', '/contributing'),
      page('Decisions', '/decisions/'),
    ],
  },
];

export const decisionsSidebar = [
  page('All pages', '/how-it-works'),
  {
    text: 'Decisions',
    link: '/decisions/',
    items: readDecisions().map(({ file, number, title }) => page(`${number}. ${title}`, `/decisions/${file.replace('.md', '')}`)),
  },
];

export const referenceSidebar = [
  page('All pages', '/how-it-works'),
  {
    text: 'Reference',
    link: '/reference/',
    items: ['Queries', 'Mutations', 'Subscriptions', 'Permissions', 'Enums', 'Inputs', 'Scalars', 'Connections'].map(name =>
      page(name, `/reference/${name.toLowerCase()}`),
    ),
  },
  { text: 'Types', items: objects.map(({ name }) => page(name, `/reference/${name}`)) },
];
