#include "attest/database.h"
#include "attest/store.h"
#include "attest/store_inside.h"
#include "base/secret.h"
#include "x509/read.h"

enum { KEY_PEM_MAX = 4096 };

void zt_ca_record_deinit(zt_ca_record *ca)
{
	zt_str_free(&ca->der);
	zt_str_free_wiped(&ca->key_pem);
}

static zt_status add_ca(zt_attest_store *store, zt_view guid, const zt_ca_record *ca, int64_t now_ms,
			zt_error *ret_error)
{
	return zt_sql_run(
	    store->db, ret_error,
	    "INSERT INTO cas(id, tenant, der, key_pem, not_after_ms, active, created_ms) VALUES(?,?,?,?,?,?,?)",
	    "ttbbiii", zt_view_of(ca->id), guid, zt_str_view(&ca->der), zt_str_view(&ca->key_pem), ca->not_after_ms,
	    (int64_t)ca->active, now_ms);
}

zt_status zt_attest_store_tenant_add(zt_attest_store *store, zt_view guid, const zt_ca_record *ca, int64_t now_ms,
				     zt_error *ret_error)
{
	TRY(zt_sql_begin(store->db, ret_error));
	zt_status status =
	    zt_sql_run(store->db, ret_error, "INSERT INTO tenants(guid, created_ms) VALUES(?,?)", "ti", guid, now_ms);
	if (status == ZT_OK)
		status = add_ca(store, guid, ca, now_ms, ret_error);
	return zt_sql_end(store->db, status, ret_error);
}

static zt_status count(zt_attest_store *store, const char *sql, zt_view guid, zt_view device_id, int64_t *ret,
		       zt_error *ret_error)
{
	ZT_STATEMENT *statement = NULL;
	bool row = false;
	TRY(zt_sql_prepare(store->db, &statement, ret_error, sql, device_id.n ? "tt" : "t", guid, device_id));
	TRY(zt_sql_row(statement, &row, ret_error));
	*ret = sqlite3_column_int64(statement, 0);
	return ZT_OK;
}

zt_status zt_attest_store_tenant_find(zt_attest_store *store, zt_view guid, zt_error *ret_error)
{
	int64_t found = 0;
	TRY(count(store, "SELECT count(*) FROM tenants WHERE guid = ?", guid, ZT_VIEW_EMPTY, &found, ret_error));
	return found ? ZT_OK : zt_error_set(ret_error, ZT_E_NOT_FOUND, "there is no tenant %.*s", ZT_PRI(guid));
}

static zt_status walk_texts(zt_attest_store *store, const char *sql, zt_view guid, zt_attest_text_fn fn, void *context,
			    zt_error *ret_error)
{
	ZT_STATEMENT *statement = NULL;
	bool row = false;
	TRY(zt_sql_prepare(store->db, &statement, ret_error, sql, guid.n ? "t" : "", guid));
	for (;;) {
		TRY(zt_sql_row(statement, &row, ret_error));
		if (!row)
			return ZT_OK;
		TRY(fn(context, zt_sql_view(statement, 0)));
	}
}

zt_status zt_attest_store_tenants(zt_attest_store *store, zt_attest_text_fn fn, void *context, zt_error *ret_error)
{
	return walk_texts(store, "SELECT guid FROM tenants ORDER BY rowid", ZT_VIEW_EMPTY, fn, context, ret_error);
}

static zt_status fill_ca(sqlite3_stmt *statement, zt_ca_record *ca)
{
	TRY(zt_text_copy(ca->id, sizeof ca->id, zt_sql_view(statement, 0)));
	TRY(zt_str_put(&ca->der, zt_sql_view(statement, 1)));
	ca->not_after_ms = sqlite3_column_int64(statement, 2);
	ca->active = sqlite3_column_int(statement, 3) != 0;
	return zt_str_put(&ca->key_pem, zt_sql_view(statement, 4));
}

zt_status zt_attest_store_cas(zt_attest_store *store, zt_view guid, zt_attest_ca_fn fn, void *context,
			      zt_error *ret_error)
{
	ZT_STATEMENT *statement = NULL;
	bool row = false;
	TRY(zt_sql_prepare(store->db, &statement, ret_error,
			   "SELECT id, der, not_after_ms, active, '' FROM cas WHERE tenant = ? ORDER BY rowid", "t",
			   guid));
	for (;;) {
		TRY(zt_sql_row(statement, &row, ret_error));
		if (!row)
			return ZT_OK;
		ZT_CLEANUP(zt_ca_record_deinit)
		zt_ca_record ca = { .der = ZT_STR(ZT_CERT_DER_MAX), .key_pem = ZT_STR(0) };
		TRY(fill_ca(statement, &ca));
		TRY(fn(context, &ca));
	}
}

zt_status zt_attest_store_ca_read(zt_attest_store *store, zt_view guid, zt_view ca_id, zt_ca_record *ret,
				  zt_error *ret_error)
{
	ZT_STATEMENT *statement = NULL;
	bool row = false;
	TRY(zt_sql_prepare(store->db, &statement, ret_error,
			   ca_id.n
			       ? "SELECT id, der, not_after_ms, active, key_pem FROM cas WHERE tenant = ? AND id = ?"
			       : "SELECT id, der, not_after_ms, active, key_pem FROM cas WHERE tenant = ? AND active",
			   ca_id.n ? "tt" : "t", guid, ca_id));
	TRY(zt_sql_row(statement, &row, ret_error));
	if (!row)
		return zt_error_set(ret_error, ZT_E_NOT_FOUND, "tenant %.*s has no such CA certificate", ZT_PRI(guid));
	zt_ca_record ca = { .der = ZT_STR(ZT_CERT_DER_MAX), .key_pem = ZT_STR(KEY_PEM_MAX) };
	zt_status status = fill_ca(statement, &ca);
	if (status != ZT_OK) {
		zt_ca_record_deinit(&ca);
		return zt_error_set(ret_error, status, "a CA cannot be read: %s", zt_status_text(status));
	}
	*ret = ca;
	return ZT_OK;
}

zt_status zt_attest_store_ca_add(zt_attest_store *store, zt_view guid, const zt_ca_record *ca, int64_t now_ms,
				 zt_error *ret_error)
{
	TRY(zt_sql_begin(store->db, ret_error));
	zt_status status = ZT_OK;
	if (ca->active)
		status = zt_sql_run(store->db, ret_error, "UPDATE cas SET active = 0 WHERE tenant = ?", "t", guid);
	if (status == ZT_OK)
		status = add_ca(store, guid, ca, now_ms, ret_error);
	return zt_sql_end(store->db, status, ret_error);
}

zt_status zt_attest_store_ca_activate(zt_attest_store *store, zt_view guid, zt_view ca_id, zt_error *ret_error)
{
	TRY(zt_sql_begin(store->db, ret_error));
	zt_status status = zt_sql_run(store->db, ret_error, "UPDATE cas SET active = 0 WHERE tenant = ?", "t", guid);
	if (status == ZT_OK)
		status = zt_sql_run(store->db, ret_error, "UPDATE cas SET active = 1 WHERE tenant = ? AND id = ?", "tt",
				    guid, ca_id);
	return zt_sql_end(store->db, status, ret_error);
}

zt_status zt_attest_store_claim(zt_attest_store *store, zt_view guid, const zt_view *device_ids, size_t device_count,
				int64_t now_ms, size_t *ret_new, zt_error *ret_error)
{
	size_t added = 0;
	TRY(zt_sql_begin(store->db, ret_error));
	zt_status status = ZT_OK;
	for (size_t i = 0; i < device_count && status == ZT_OK; i++) {
		status = zt_sql_run(store->db, ret_error,
				    "INSERT INTO devices(tenant, id, claimed_ms) VALUES(?,?,?) ON CONFLICT DO NOTHING",
				    "tti", guid, device_ids[i], now_ms);
		added += status == ZT_OK ? (size_t)sqlite3_changes(store->db) : 0;
	}
	TRY(zt_sql_end(store->db, status, ret_error));
	*ret_new = added;
	return ZT_OK;
}

zt_status zt_attest_store_unclaim(zt_attest_store *store, zt_view guid, zt_view device_id, zt_error *ret_error)
{
	return zt_sql_run(store->db, ret_error, "DELETE FROM devices WHERE tenant = ? AND id = ?", "tt", guid,
			  device_id);
}

zt_status zt_attest_store_is_claimed(zt_attest_store *store, zt_view guid, zt_view device_id, bool *ret_claimed,
				     zt_error *ret_error)
{
	int64_t found = 0;
	TRY(count(store, "SELECT count(*) FROM devices WHERE tenant = ? AND id = ?", guid, device_id, &found,
		  ret_error));
	*ret_claimed = found != 0;
	return ZT_OK;
}

zt_status zt_attest_store_claimed_count(zt_attest_store *store, zt_view guid, int64_t *ret_count, zt_error *ret_error)
{
	return count(store, "SELECT count(*) FROM devices WHERE tenant = ?", guid, ZT_VIEW_EMPTY, ret_count, ret_error);
}

zt_status zt_attest_store_claimed(zt_attest_store *store, zt_view guid, zt_attest_text_fn fn, void *context,
				  zt_error *ret_error)
{
	return walk_texts(store, "SELECT id FROM devices WHERE tenant = ? ORDER BY id", guid, fn, context, ret_error);
}

zt_status zt_attest_store_issued_add(zt_attest_store *store, const zt_issued_record *record, int64_t forget_before_ms,
				     zt_error *ret_error)
{
	TRY(zt_sql_begin(store->db, ret_error));
	zt_status status = zt_sql_run(
	    store->db, ret_error,
	    "INSERT INTO issued(serial, tenant, device, ca, issued_ms, not_after_ms) VALUES(?,?,?,?,?,?)", "ttttii",
	    record->serial, record->guid, record->device_id, record->ca_id, record->issued_ms, record->not_after_ms);
	if (status == ZT_OK)
		status = zt_sql_run(store->db, ret_error, "DELETE FROM issued WHERE not_after_ms < ?", "i",
				    forget_before_ms);
	return zt_sql_end(store->db, status, ret_error);
}
