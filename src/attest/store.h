/* What the authority must not forget: tenants, their CAs and keys, claimed devices, issued certificates.
 *
 * One SQLite file (WAL, synchronous=FULL), held by one process at a time. Every call that changes something is one
 * transaction and durable when it returns ZT_OK. File and folder are open to their owner alone, since the CAs' private
 * keys lie in it. Errors: ZT_E_DISK_FULL, ZT_E_IO, ZT_E_NOMEM; others are named at the call. */
#ifndef ZT_ATTEST_STORE_H
#define ZT_ATTEST_STORE_H

#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

enum { ZT_GUID_TEXT = 37, ZT_CA_ID_TEXT = 65 };

typedef struct zt_attest_store zt_attest_store;

/* Makes the folder (0700) and the database. ZT_E_CONFIG when another process has the folder, with its pid, or when the
 * database was written by a newer version. */
ZT_NODISCARD zt_status zt_attest_store_open(const char *data_dir, zt_attest_store **ret, zt_error *ret_error);
void zt_attest_store_close(zt_attest_store *store);

/* A CA of a tenant. */
typedef struct {
	char id[ZT_CA_ID_TEXT]; /* certificate id: lower-case hex SHA-256 of the DER */
	zt_str der, key_pem;    /* owned; the key is wiped by zt_ca_record_deinit */
	int64_t not_after_ms;
	bool active; /* signs; one of a tenant's CAs at most */
} zt_ca_record;

void zt_ca_record_deinit(zt_ca_record *ca);

/* The tenant with its first CA. ZT_E_EXISTS. */
ZT_NODISCARD zt_status zt_attest_store_tenant_add(zt_attest_store *store, zt_view guid, const zt_ca_record *ca,
						  int64_t now_ms, zt_error *ret_error);
/* ZT_E_NOT_FOUND when there is no such tenant. */
ZT_NODISCARD zt_status zt_attest_store_tenant_find(zt_attest_store *store, zt_view guid, zt_error *ret_error);

/* Called for each row; anything but ZT_OK ends the walk and is what the walk returns. */
typedef zt_status (*zt_attest_text_fn)(void *context, zt_view text);
typedef zt_status (*zt_attest_ca_fn)(void *context, const zt_ca_record *ca);

/* GUIDs in the order of creation. */
ZT_NODISCARD zt_status zt_attest_store_tenants(zt_attest_store *store, zt_attest_text_fn fn, void *context,
					       zt_error *ret_error);
/* A tenant's CAs, oldest first, without their keys. */
ZT_NODISCARD zt_status zt_attest_store_cas(zt_attest_store *store, zt_view guid, zt_attest_ca_fn fn, void *context,
					   zt_error *ret_error);
/* The CA with this id, the active one when it is empty, with its key. ZT_E_NOT_FOUND. */
ZT_NODISCARD zt_status zt_attest_store_ca_read(zt_attest_store *store, zt_view guid, zt_view ca_id, zt_ca_record *ret,
					       zt_error *ret_error);
ZT_NODISCARD zt_status zt_attest_store_ca_add(zt_attest_store *store, zt_view guid, const zt_ca_record *ca,
					      int64_t now_ms, zt_error *ret_error);
/* Makes this CA the tenant's only active one. */
ZT_NODISCARD zt_status zt_attest_store_ca_activate(zt_attest_store *store, zt_view guid, zt_view ca_id,
						   zt_error *ret_error);

/* Claims all or none; *ret_new counts those that were not claimed before. */
ZT_NODISCARD zt_status zt_attest_store_claim(zt_attest_store *store, zt_view guid, const zt_view *device_ids,
					     size_t count, int64_t now_ms, size_t *ret_new, zt_error *ret_error);
ZT_NODISCARD zt_status zt_attest_store_unclaim(zt_attest_store *store, zt_view guid, zt_view device_id,
					       zt_error *ret_error);
ZT_NODISCARD zt_status zt_attest_store_is_claimed(zt_attest_store *store, zt_view guid, zt_view device_id,
						  bool *ret_claimed, zt_error *ret_error);
ZT_NODISCARD zt_status zt_attest_store_claimed_count(zt_attest_store *store, zt_view guid, int64_t *ret_count,
						     zt_error *ret_error);
/* Device ids, sorted. */
ZT_NODISCARD zt_status zt_attest_store_claimed(zt_attest_store *store, zt_view guid, zt_attest_text_fn fn,
					       void *context, zt_error *ret_error);

typedef struct {
	zt_view serial; /* lower-case hex */
	zt_view guid, device_id, ca_id;
	int64_t issued_ms, not_after_ms;
} zt_issued_record;

/* Records a certificate before it leaves the house, and forgets those that expired before `forget_before_ms`. */
ZT_NODISCARD zt_status zt_attest_store_issued_add(zt_attest_store *store, const zt_issued_record *record,
						  int64_t forget_before_ms, zt_error *ret_error);

#endif
