#include "attest/api.h"
#include "base/codec.h"
#include "base/json.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "x509/read.h"

static zt_status challenge(const zt_api_call *call, json_t **ret_answer, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(64);
	uint8_t nonce[ZT_NONCE_BYTES];
	char expires[ZT_TIME_TEXT_MAX];
	int64_t expires_ms = 0;
	zt_view device_id = zt_json_view(call->body, "deviceId");
	if (!zt_is_device_id(device_id))
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequest",
				      "deviceId wants 128 lower-case hex digits");
	TRY(zt_device_challenge(call->authority, call->parts[0], device_id, nonce, &expires_ms, ret_error));
	TRY(zt_base64_encode((zt_view){ nonce, sizeof nonce }, &text));
	zt_time_iso8601(expires_ms, expires);
	*ret_answer = json_pack("{s:s, s:s}", "nonce", zt_str_text(&text), "expires", expires);
	LOG_DEBUG("attest", "challenge given", ZT_KV_V("tenant", call->parts[0]), ZT_KV_V("device", device_id),
		  ZT_KV_STR("peer", call->peer));
	return ZT_OK;
}

static zt_status certify(const zt_api_call *call, json_t **ret_answer, zt_error *ret_error)
{
	ZT_CLEANUP(zt_device_certificate_deinit) zt_device_certificate made = { 0 };
	char not_after[ZT_TIME_TEXT_MAX];
	TRY(zt_device_certify(call->authority, call->parts[0], call->body, &made, ret_error));
	zt_time_iso8601(made.not_after_ms, not_after);
	*ret_answer = json_pack("{s:s, s:[s], s:s}", "certificate", zt_str_text(&made.certificate), "chain",
				zt_str_text(&made.ca), "notAfter", not_after);
	LOG_INFO("attest", "certificate issued", ZT_KV_V("tenant", call->parts[0]), ZT_KV_STR("device", made.device_id),
		 ZT_KV_STR("serial", made.serial), ZT_KV_STR("notAfter", not_after), ZT_KV_STR("peer", call->peer));
	return ZT_OK;
}

const zt_route zt_device_routes[] = {
	{ "POST", "/tenants/*/challenge", 200, challenge },
	{ "POST", "/tenants/*/certificates", 200, certify },
};
const size_t zt_device_route_count = ZT_COUNT(zt_device_routes);
