/**
 * Slugs that no tenant may have: they impersonate the platform or its staff, are the paths and
 * hosts of a service, or are what careless clients send in place of a value.
 */
// biome-ignore format: a table is read by its groups
const RESERVED: ReadonlySet<string> = new Set([
  // the platform and its staff
  'about', 'account', 'accounts', 'admin', 'administrator', 'admins', 'billing', 'careers', 'company', 'contact', 'help', 'helpdesk', 'hostmaster',
  'info', 'jobs', 'legal', 'marketplace', 'moderator', 'news', 'noreply', 'no-reply', 'official', 'operator', 'owner', 'payments', 'platform',
  'postmaster', 'press', 'privacy', 'root', 'sales', 'security', 'service', 'staff', 'status', 'superuser', 'support', 'sysadmin', 'system',
  'team', 'terms', 'webmaster',
  // paths and hosts
  'abuse', 'api', 'app', 'apps', 'assets', 'audit', 'auth', 'beta', 'blog', 'cdn', 'console', 'dashboard', 'demo', 'dev', 'docs', 'download',
  'downloads', 'explorer', 'export', 'favicon', 'files', 'ftp', 'graphiql', 'graphql', 'health', 'healthz', 'home', 'images', 'imap', 'index',
  'invitation', 'invitations', 'invite', 'localhost', 'login', 'logout', 'mail', 'metrics', 'oauth', 'objects', 'openid', 'pop3', 'production',
  'public', 'readyz', 'register', 'robots', 'saml', 'search', 'settings', 'sign-in', 'sign-out', 'sign-up', 'signin', 'signout', 'signup',
  'smtp', 'sso', 'staging', 'static', 'store', 'test', 'token', 'upload', 'uploads', 'webhook', 'webhooks', 'well-known', 'www',
  // in place of a value
  'all', 'any', 'anonymous', 'anyone', 'default', 'delete', 'everyone', 'example', 'false', 'guest', 'inf', 'infinity', 'me', 'nan', 'new', 'nil',
  'nobody', 'none', 'null', 'object', 'object-object', 'self', 'tenant', 'tenants', 'true', 'undefined', 'unknown', 'user', 'users', 'void',
]);

/** Whether a slug is reserved: listed above, or `ipto` with or without further words. */
export const isReservedSlug = (slug: string): boolean => RESERVED.has(slug) || /^ipto(-|$)/.test(slug);
