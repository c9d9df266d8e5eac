import type { Ask } from './crossings.ts';

/** Takes the bound tenant's row until the transaction ends, and answers what of it decides what may be done now; null when it is gone. */
export async function lockTenant(ask: Ask): Promise<{ status: string; features: string[] } | null> {
  const [tenant] = await ask<{ status: string; plan: string }>(
    'SELECT status, plan_code AS plan FROM tenant WHERE tenant_id = app_tenant() FOR NO KEY UPDATE',
    [],
  );
  if (!tenant) return null;
  const [plan] = await ask<{ features: string[] }>('SELECT features FROM plan WHERE code = $1', [tenant.plan]);
  return { status: tenant.status, features: plan!.features };
}
