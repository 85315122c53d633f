#include "cloud/api/authenticate.h"

#include "aws/sigv4.h"
#include "base/secret.h"
#include "base/timefmt.h"
#include "cloud/registry/roles.h"

enum { SCRATCH_MAX = 16 * 1024 };

static const zt_service *guess_service(const zt_call *call)
{
	zt_view type = zt_http_header_of(call->request, "content-type");
	if (call->data_endpoint)
		return &zt_service_iot_data;
	return zt_view_starts(type, ZT_LIT("application/x-www-form-urlencoded")) ? &zt_service_sts : &zt_service_iot;
}

static zt_sigv4_request as_signed(const zt_http_request *request, zt_sigv4_header headers[ZT_HTTP_HEADERS_MAX])
{
	for (size_t i = 0; i < request->header_count; i++)
		headers[i] = (zt_sigv4_header){ request->headers[i].name, request->headers[i].value };
	return (zt_sigv4_request){ request->method, request->path,         request->query,
				   headers,         request->header_count, request->body };
}

static zt_status check_scope(zt_call *call, const zt_sigv4_claim *claim, zt_error *ret_error)
{
	const zt_service *service = zt_service_of(claim->service);
	const char *names = call->data_endpoint ? "iotdata or iotdevicegateway"
						: "iot, iotdata, iotdevicegateway, lambda, logs, iam or sts";
	if (!service || (call->data_endpoint && service != &zt_service_iot_data))
		return zt_error_coded(ret_error, ZT_E_DENIED, call->service->bad_signature,
				      "Credential should be scoped to correct service: %s, not '%.*s'", names,
				      ZT_PRI(claim->service));
	call->service = service;
	const char *region = zt_registry_account(call->registry)->region;
	if (!service->global && !zt_view_equal(claim->region, zt_view_of(region)))
		return zt_error_coded(ret_error, ZT_E_DENIED, service->bad_signature,
				      "Credential should be scoped to a valid Region, %s, not '%.*s'", region,
				      ZT_PRI(claim->region));
	return ZT_OK;
}

static zt_status stale(const zt_call *call, const zt_sigv4_claim *claim, int64_t bound_ms, bool early,
		       zt_error *ret_error)
{
	char now[ZT_TIME_TEXT_MAX], bound[ZT_TIME_TEXT_MAX];
	zt_time_amz(zt_registry_now_ms(call->registry), now);
	zt_time_amz(bound_ms, bound);
	if (early)
		return zt_error_coded(ret_error, ZT_E_DENIED, call->service->bad_signature,
				      "Signature not yet current: %.*s is still later than %s (%s + 5 min.)",
				      ZT_PRI(claim->amz_date), bound, now);
	return zt_error_coded(ret_error, ZT_E_DENIED, call->service->bad_signature,
			      "Signature expired: %.*s is now earlier than %s (%s - %s)", ZT_PRI(claim->amz_date),
			      bound, now, claim->presigned ? "X-Amz-Expires" : "5 min.");
}

static zt_status check_clock(const zt_call *call, const zt_sigv4_claim *claim, zt_error *ret_error)
{
	int64_t now = zt_registry_now_ms(call->registry);
	int64_t life = claim->presigned && claim->expires_s ? (int64_t)claim->expires_s * 1000 : ZT_CLOCK_SKEW_MS;
	if (claim->time_ms > now + ZT_CLOCK_SKEW_MS)
		return stale(call, claim, now + ZT_CLOCK_SKEW_MS, true, ret_error);
	if (claim->time_ms < now - life)
		return stale(call, claim, now - life, false, ret_error);
	return ZT_OK;
}

static zt_status bad_key(const zt_call *call, zt_error *ret_error)
{
	return zt_error_coded(ret_error, ZT_E_DENIED, call->service->bad_key,
			      "The security token included in the request is invalid.");
}

static zt_status check_session(const zt_call *call, const zt_sigv4_claim *claim, const zt_access_key *key,
			       zt_error *ret_error)
{
	if (!zt_equal_ct(claim->token, zt_secret_view(&key->token)))
		return bad_key(call, ret_error);
	if (key->expires_ms <= zt_registry_now_ms(call->registry))
		return zt_error_coded(ret_error, ZT_E_DENIED, call->service->expired_token,
				      "The security token included in the request is expired");
	return ZT_OK;
}

static zt_status set_caller(zt_call *call, const zt_access_key *key)
{
	zt_caller *caller = &call->caller;
	TRY(zt_text_copy(caller->arn, sizeof caller->arn, zt_view_of(key->principal_arn)));
	TRY(zt_text_copy(caller->user_id, sizeof caller->user_id, zt_view_of(key->user_id)));
	TRY(zt_text_copy(caller->key_id, sizeof caller->key_id, zt_view_of(key->id)));
	return zt_text_copy(caller->role, sizeof caller->role, zt_view_of(key->role));
}

static zt_status check_claim(zt_call *call, const zt_sigv4_claim *claim, const zt_sigv4_request *request,
			     zt_error *ret_error)
{
	zt_error cause = { 0 };
	TRY(check_scope(call, claim, ret_error));
	const zt_access_key *key = zt_registry_access_key(call->registry, claim->access_key_id);
	if (!key)
		return bad_key(call, ret_error);
	TRY(check_clock(call, claim, ret_error));
	if (zt_sigv4_verify(claim, request, zt_secret_view(&key->secret), &cause) != ZT_OK)
		return zt_error_coded(ret_error, ZT_E_DENIED, call->service->bad_signature, "%s", cause.text);
	TRY(check_session(call, claim, key, ret_error));
	return set_caller(call, key);
}

/* enableUrl of a rule's destination: who follows it has its token and no signature. */
static bool confirms_destination(const zt_call *call)
{
	return call->service == &zt_service_iot && zt_view_equal(call->request->method, ZT_LIT("GET")) &&
	       zt_view_starts(call->request->path, ZT_LIT("/confirmdestination/"));
}

/* A form for the one operation of STS that nobody signs. */
static bool assumes_by_token(const zt_call *call)
{
	zt_view action;
	ZT_CLEANUP(zt_form_free) zt_form form = { 0 };
	return call->service == &zt_service_sts && zt_view_equal(call->request->method, ZT_LIT("POST")) &&
	       zt_form_read(call->request->body, &form, NULL) == ZT_OK && zt_form_get(&form, "Action", &action) &&
	       zt_view_equal(action, ZT_LIT("AssumeRoleWithWebIdentity"));
}

/* Whether it is that operation is asked again once it is routed. */
static bool brings_another_proof(const zt_call *call)
{
	return confirms_destination(call) || assumes_by_token(call);
}

zt_status zt_authenticate(zt_call *call, zt_error *ret_error)
{
	zt_sigv4_header headers[ZT_HTTP_HEADERS_MAX];
	zt_sigv4_request request = as_signed(call->request, headers);
	ZT_CLEANUP(zt_str_free) zt_str scratch = ZT_STR(SCRATCH_MAX);
	zt_sigv4_claim claim;
	zt_error cause = { 0 };
	call->service = guess_service(call);
	if (zt_sigv4_claim_read(&request, &claim, &scratch, &cause) != ZT_OK)
		return zt_error_coded(ret_error, ZT_E_DENIED, call->service->incomplete, "%s", cause.text);
	if (!claim.present && brings_another_proof(call)) {
		call->anonymous = true;
		return ZT_OK;
	}
	if (!claim.present)
		return zt_error_coded(
		    ret_error, ZT_E_DENIED, call->data_endpoint ? "ForbiddenException" : call->service->no_token, "%s",
		    call->service->protocol == ZT_PROTOCOL_QUERY ? "Request is missing Authentication Token"
								 : "Missing Authentication Token");
	return check_claim(call, &claim, &request, ret_error);
}
