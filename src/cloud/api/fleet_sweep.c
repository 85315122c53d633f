#include "base/log.h"
#include "cloud/api/fleet.h"
#include "cloud/registry/ownership.h"

/* With the certificate when it is `untouched`; else the token alone. */
static zt_status drop(zt_api *api, const zt_ownership *ownership, bool untouched, zt_error *ret_error)
{
	zt_txn *txn;
	TRY(zt_txn_begin(api->spec.registry, &txn));
	zt_status status = zt_txn_ownership_delete(txn, zt_view_of(ownership->digest), ret_error);
	/* Without force: whatever is attached by now keeps it. */
	if (status == ZT_OK && untouched)
		status = zt_txn_certificate_delete(txn, zt_view_of(ownership->certificate_id), false, ret_error);
	if (status != ZT_OK)
		zt_txn_abort(txn);
	else
		zt_txn_commit(txn, NULL, NULL);
	return status;
}

static void expire(zt_api *api, const zt_ownership *ownership)
{
	zt_error error = { 0 };
	const zt_certificate *certificate =
	    zt_registry_certificate(api->spec.registry, zt_view_of(ownership->certificate_id));
	bool untouched = certificate && certificate->status != ZT_CERT_ACTIVE;
	if (untouched && drop(api, ownership, true, &error) == ZT_OK) {
		LOG_INFO("fleet", "a certificate that was not provisioned within an hour is gone",
			 ZT_KV_STR("certificate", ownership->certificate_id));
		return;
	}
	if (drop(api, ownership, false, &error) != ZT_OK)
		(void)zt_log_error("fleet", &error, "an expired token stays");
}

void zt_fleet_sweep(zt_api *api)
{
	const zt_registry *registry = api->spec.registry;
	zt_ownership o = { 0 };
	for (const zt_ownership *next; (next = zt_registry_next_ownership(registry, zt_view_of(o.digest))) != NULL;) {
		o = *next;
		if (o.expires_ms <= zt_registry_now_ms(registry))
			expire(api, &o);
	}
}
