#include "attest/api.h"
#include "base/codec.h"
#include "base/json.h"
#include "base/log.h"
#include "base/random.h"
#include "x509/read.h"

enum { PEM_MAX = 64 * 1024 };

/* The GUID that the operator gave, in lower case, or a new one. */
static zt_status guid_of(const json_t *body, char ret_guid[ZT_GUID_TEXT], zt_error *ret_error)
{
	zt_view given = zt_json_view(body, "guid");
	zt_uuid(ret_guid);
	if (!json_object_get(body, "guid"))
		return ZT_OK;
	if (!zt_is_guid(given))
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequest",
				      "guid wants the form 8-4-4-4-12 of hex digits");
	for (size_t i = 0; i < given.n; i++)
		ret_guid[i] = (char)(given.p[i] >= 'A' && given.p[i] <= 'F' ? given.p[i] + ('a' - 'A') : given.p[i]);
	return ZT_OK;
}

static zt_status tenant_create(const zt_api_call *call, json_t **ret_answer, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str ca = ZT_STR(PEM_MAX);
	char guid[ZT_GUID_TEXT];
	TRY(guid_of(call->body, guid, ret_error));
	TRY(zt_tenant_create(call->authority, zt_view_of(guid), &ca, ret_error));
	*ret_answer = json_pack("{s:s, s:s}", "tenant", guid, "caCertificate", zt_str_text(&ca));
	LOG_INFO("attest", "tenant created", ZT_KV_STR("tenant", guid));
	return ZT_OK;
}

static zt_status append_text(void *list, zt_view text)
{
	return json_array_append_new(list, zt_json_string(text)) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status tenant_list(const zt_api_call *call, json_t **ret_answer, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *guids = json_array(), *tenants = json_array();
	TRY(zt_attest_store_tenants(call->authority->store, append_text, guids, ret_error));
	size_t i;
	json_t *guid;
	json_array_foreach(guids, i, guid) {
		json_t *tenant = NULL;
		zt_view name = zt_view_make(json_string_value(guid), json_string_length(guid));
		TRY(zt_tenant_describe(call->authority, name, &tenant, ret_error));
		ENSURE(json_array_append_new(tenants, tenant) == 0, ZT_E_NOMEM);
	}
	*ret_answer = json_pack("{s:O}", "tenants", tenants);
	return ZT_OK;
}

static zt_status tenant_get(const zt_api_call *call, json_t **ret_answer, zt_error *ret_error)
{
	return zt_tenant_describe(call->authority, call->parts[0], ret_answer, ret_error);
}

static zt_status read_ids(const json_t *list, zt_view **ret, size_t *ret_count, zt_error *ret_error)
{
	size_t count = json_array_size(list), i;
	const json_t *item;
	if (count == 0 || count > ZT_ATTEST_CLAIM_MAX)
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequest",
				      "deviceIds wants a list of 1 to %d device ids", ZT_ATTEST_CLAIM_MAX);
	zt_view *ids = calloc(count, sizeof *ids);
	ENSURE(ids, ZT_E_NOMEM);
	json_array_foreach(list, i, item) {
		ids[i] = zt_view_make(json_string_value(item), json_string_length(item));
		if (!zt_is_device_id(ids[i])) {
			free(ids);
			return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequest",
					      "number %zu of deviceIds is no device id: 128 lower-case hex digits",
					      i + 1);
		}
	}
	*ret = ids;
	*ret_count = count;
	return ZT_OK;
}

static zt_status claim(const zt_api_call *call, json_t **ret_answer, zt_error *ret_error)
{
	const zt_authority *a = call->authority;
	zt_view *ids = NULL;
	size_t count = 0, fresh = 0;
	TRY(zt_tenant_find(a, call->parts[0], ret_error));
	TRY(read_ids(json_object_get(call->body, "deviceIds"), &ids, &count, ret_error));
	zt_status status =
	    zt_attest_store_claim(a->store, call->parts[0], ids, count, zt_clock_wall_ms(&a->clock), &fresh, ret_error);
	free(ids);
	TRY(status);
	*ret_answer = json_pack("{s:I, s:I}", "claimed", (json_int_t)fresh, "already", (json_int_t)(count - fresh));
	LOG_INFO("attest", "devices claimed", ZT_KV_V("tenant", call->parts[0]), ZT_KV_INT("count", fresh));
	return ZT_OK;
}

static zt_status claimed(const zt_api_call *call, json_t **ret_answer, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *ids = json_array();
	TRY(zt_tenant_find(call->authority, call->parts[0], ret_error));
	TRY(zt_attest_store_claimed(call->authority->store, call->parts[0], append_text, ids, ret_error));
	*ret_answer = json_pack("{s:O}", "deviceIds", ids);
	return ZT_OK;
}

static zt_status unclaim(const zt_api_call *call, json_t **ret_answer, zt_error *ret_error)
{
	TRY(zt_tenant_find(call->authority, call->parts[0], ret_error));
	TRY(zt_attest_store_unclaim(call->authority->store, call->parts[0], call->parts[1], ret_error));
	*ret_answer = json_object();
	LOG_INFO("attest", "device released", ZT_KV_V("tenant", call->parts[0]), ZT_KV_V("device", call->parts[1]));
	return ZT_OK;
}

static zt_status proof(const zt_api_call *call, json_t **ret_answer, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str pem = ZT_STR(PEM_MAX);
	zt_view code = zt_json_view(call->body, "verificationCode"),
		ca_id = zt_json_view(call->body, "caCertificateId");
	TRY(zt_tenant_proof(call->authority, call->parts[0], code, ca_id, &pem, ret_error));
	*ret_answer = json_pack("{s:s}", "certificate", zt_str_text(&pem));
	LOG_INFO("attest", "proof of possession issued", ZT_KV_V("tenant", call->parts[0]), ZT_KV_V("code", code));
	return ZT_OK;
}

static zt_status rollover(const zt_api_call *call, json_t **ret_answer, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str ca = ZT_STR(PEM_MAX);
	const json_t *activate = json_object_get(call->body, "activate");
	if (activate && !json_is_boolean(activate))
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequest", "activate wants true or false");
	TRY(zt_tenant_rollover(call->authority, call->parts[0], json_is_true(activate), &ca, ret_error));
	*ret_answer = json_pack("{s:s}", "caCertificate", zt_str_text(&ca));
	LOG_INFO("attest", json_is_true(activate) ? "the next CA signs" : "the next CA waits",
		 ZT_KV_V("tenant", call->parts[0]));
	return ZT_OK;
}

const zt_route zt_operator_routes[] = {
	{ "POST", "/tenants", 201, tenant_create },    { "GET", "/tenants", 200, tenant_list },
	{ "GET", "/tenants/*", 200, tenant_get },      { "POST", "/tenants/*/devices", 200, claim },
	{ "GET", "/tenants/*/devices", 200, claimed }, { "DELETE", "/tenants/*/devices/*", 200, unclaim },
	{ "POST", "/tenants/*/proof", 200, proof },    { "POST", "/tenants/*/rollover", 200, rollover },
};
const size_t zt_operator_route_count = ZT_COUNT(zt_operator_routes);
