import { ConfigError } from '../config.ts';
import type { RuntimeRole } from '../database/admin/roles.ts';

/** The gateway's role as its connection URL names it. */
export function runtimeRole(url: string): RuntimeRole {
  const { username, password } = new URL(url);
  if (!username) throw new ConfigError("DATABASE_URL names no user. Add the name of the gateway's role.");
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) };
}
