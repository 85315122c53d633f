#include "attest/authority.h"
#include "attest/certificates.h"
#include "base/json.h"
#include "base/timefmt.h"
#include "x509/pem.h"

static zt_status put_pem(const zt_ca_record *ca, zt_str *out)
{
	return zt_pem_put(zt_str_view(&ca->der), "CERTIFICATE", out);
}

zt_status zt_tenant_create(const zt_authority *a, zt_view guid, zt_str *ret_ca, zt_error *ret_error)
{
	ZT_CLEANUP(zt_ca_record_deinit) zt_ca_record ca = { 0 };
	TRY(zt_make_ca(a, guid, &ca, ret_error));
	ca.active = true;
	zt_status status = zt_attest_store_tenant_add(a->store, guid, &ca, zt_clock_wall_ms(&a->clock), ret_error);
	if (status == ZT_E_EXISTS)
		return zt_error_coded(ret_error, status, "TenantExists", "the tenant %.*s exists already",
				      ZT_PRI(guid));
	TRY(status);
	return put_pem(&ca, ret_ca);
}

zt_status zt_tenant_find(const zt_authority *a, zt_view guid, zt_error *ret_error)
{
	zt_status status = zt_attest_store_tenant_find(a->store, guid, ret_error);
	if (status == ZT_E_NOT_FOUND)
		return zt_error_coded(ret_error, status, "UnknownTenant", "there is no tenant %.*s", ZT_PRI(guid));
	return status;
}

typedef struct {
	size_t count; /* that have not expired */
	bool seen_active;
	char waiting[ZT_CA_ID_TEXT]; /* made behind the active one, not yet signing */
	int64_t now_ms;
} ca_survey;

static zt_status survey_ca(void *context, const zt_ca_record *ca)
{
	ca_survey *survey = context;
	bool good = ca->not_after_ms > survey->now_ms;
	survey->count += good;
	if (ca->active)
		survey->seen_active = true;
	else if (survey->seen_active && good)
		memcpy(survey->waiting, ca->id, sizeof survey->waiting);
	return ZT_OK;
}

static zt_status roll_to_waiting(const zt_authority *a, zt_view guid, const char *ca_id, bool activate, zt_str *ret_ca,
				 zt_error *ret_error)
{
	ZT_CLEANUP(zt_ca_record_deinit) zt_ca_record ca = { 0 };
	TRY(zt_attest_store_ca_read(a->store, guid, zt_view_of(ca_id), &ca, ret_error));
	if (activate)
		TRY(zt_attest_store_ca_activate(a->store, guid, zt_view_of(ca_id), ret_error));
	return put_pem(&ca, ret_ca);
}

zt_status zt_tenant_rollover(const zt_authority *a, zt_view guid, bool activate, zt_str *ret_ca, zt_error *ret_error)
{
	ZT_CLEANUP(zt_ca_record_deinit) zt_ca_record ca = { 0 };
	ca_survey survey = { .now_ms = zt_clock_wall_ms(&a->clock) };
	TRY(zt_tenant_find(a, guid, ret_error));
	TRY(zt_attest_store_cas(a->store, guid, survey_ca, &survey, ret_error));
	if (survey.waiting[0])
		return roll_to_waiting(a, guid, survey.waiting, activate, ret_ca, ret_error);
	if (survey.count >= ZT_ATTEST_CAS_MAX)
		return zt_error_coded(ret_error, ZT_E_LIMIT, "TooManyCaCertificates",
				      "the tenant has %d CA certificates; AWS registers no more with one subject",
				      ZT_ATTEST_CAS_MAX);
	TRY(zt_make_ca(a, guid, &ca, ret_error));
	ca.active = activate;
	TRY(zt_attest_store_ca_add(a->store, guid, &ca, survey.now_ms, ret_error));
	return put_pem(&ca, ret_ca);
}

typedef struct {
	json_t *list;
	int64_t now_ms;
} ca_list;

static zt_status list_ca(void *context, const zt_ca_record *ca)
{
	ca_list *into = context;
	ZT_CLEANUP(zt_str_free) zt_str pem = ZT_STR(1 << 16);
	char not_after[ZT_TIME_TEXT_MAX];
	const char *status = ca->not_after_ms <= into->now_ms ? "Expired" : ca->active ? "Active" : "Inactive";
	TRY(put_pem(ca, &pem));
	zt_time_iso8601(ca->not_after_ms, not_after);
	json_t *row =
	    json_pack("{s:s, s:s, s:s}", "certificate", zt_str_text(&pem), "status", status, "notAfter", not_after);
	return json_array_append_new(into->list, row) == 0 ? ZT_OK : ZT_E_NOMEM;
}

zt_status zt_tenant_describe(const zt_authority *a, zt_view guid, json_t **ret, zt_error *ret_error)
{
	int64_t claimed = 0;
	ZT_JSON_CLEANUP json_t *list = json_array();
	ca_list into = { list, zt_clock_wall_ms(&a->clock) };
	TRY(zt_tenant_find(a, guid, ret_error));
	TRY(zt_attest_store_claimed_count(a->store, guid, &claimed, ret_error));
	TRY(zt_attest_store_cas(a->store, guid, list_ca, &into, ret_error));
	json_t *tenant = json_pack("{s:o, s:I, s:O}", "tenant", zt_json_string(guid), "claimed", (json_int_t)claimed,
				   "caCertificates", list);
	ENSURE(tenant, ZT_E_NOMEM);
	*ret = tenant;
	return ZT_OK;
}

zt_status zt_tenant_proof(const zt_authority *a, zt_view guid, zt_view code, zt_view ca_id, zt_str *ret_proof,
			  zt_error *ret_error)
{
	ZT_CLEANUP(zt_ca_record_deinit) zt_ca_record ca = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(1 << 16);
	TRY(zt_tenant_find(a, guid, ret_error));
	zt_status status = zt_attest_store_ca_read(a->store, guid, ca_id, &ca, ret_error);
	if (status == ZT_E_NOT_FOUND)
		return zt_error_coded(ret_error, status, "UnknownCaCertificate",
				      "the tenant has no CA certificate %.*s", ZT_PRI(ca_id));
	TRY(status);
	if (code.n == 0 || code.n > ZT_ATTEST_CODE_MAX)
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequest",
				      "verificationCode wants 1 to %d characters", ZT_ATTEST_CODE_MAX);
	status = zt_make_proof(a, &ca, code, &der, ret_error);
	if (status == ZT_E_INVALID)
		return zt_error_coded(ret_error, status, "InvalidRequest", "verificationCode is no PrintableString");
	TRY(status);
	return zt_pem_put(zt_str_view(&der), "CERTIFICATE", ret_proof);
}
