/** A half-open interval: `from` is included, `until` isn't. */
export type Period = { readonly from: Date; readonly until: Date };

/** The bound tenant's rows of a period, whose ends are the parameters $1 and $2. */
export const IN_PERIOD = 'tenant_id = app_tenant() AND at >= $1::timestamptz AND at < $2::timestamptz';
