#include "aws/client.h"

#include <inttypes.h>
#include <string.h>

#include "aws/answer.h"
#include "aws/backoff.h"
#include "aws/endpoint.h"
#include "base/json.h"
#include "base/random.h"
#include "base/timefmt.h"

enum {
	DATE_CHARS = 8, /* yyyymmdd */
	/* host, content-type, x-amz-date, x-amz-security-token, authorization, user-agent */
	HEADERS_OF_OURS = 6,
};

/* The signing key of one service, good for the day in it. */
typedef struct {
	char date[DATE_CHARS + 1];
	zt_sigv4_key key;
} signing_key;

struct zt_aws_client {
	zt_aws_client_spec spec;
	char region[ZT_AWS_REGION_MAX + 1];
	zt_aws_endpoint endpoints[ZT_AWS_SERVICE_COUNT];
	signing_key keys[ZT_AWS_SERVICE_COUNT];
	unsigned requests[ZT_AWS_SERVICE_COUNT];
	int64_t deadline_ms;
	int64_t renew_not_before_ms; /* monotonic */
	int64_t lost_ms;             /* of the budget for retries */
};

static void sleep_really(void *context, int64_t ms)
{
	(void)context;
	zt_time_sleep_ms(ms);
}

static void tell_nobody(void *context, const zt_aws_wait *wait)
{
	(void)context;
	(void)wait;
}

static void use_defaults(zt_aws_client_spec *spec)
{
	if (!spec->clock.wall_ms)
		spec->clock = zt_clock_system();
	if (!spec->sleep_ms)
		spec->sleep_ms = sleep_really;
	if (!spec->on_wait)
		spec->on_wait = tell_nobody;
	if (spec->answer_max == 0)
		spec->answer_max = ZT_AWS_ANSWER_MAX;
	if (spec->budget_ms == 0)
		spec->budget_ms = ZT_AWS_BUDGET_MS;
}

zt_status zt_aws_client_new(const zt_aws_client_spec *spec, zt_aws_client **ret, zt_error *ret_error)
{
	if (!spec->region || !*spec->region)
		return zt_error_set(ret_error, ZT_E_CONFIG, "no Region: give --region or set AWS_REGION");
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = calloc(1, sizeof *client);
	ENSURE(client, ZT_E_NOMEM);
	client->spec = *spec;
	use_defaults(&client->spec);
	for (zt_aws_service i = 0; i < ZT_AWS_SERVICE_COUNT; i++)
		TRY(zt_aws_endpoint_resolve(i, spec->region, spec->endpoint_url,
					    spec->profile_endpoint_urls ? spec->profile_endpoint_urls[i] : NULL,
					    &client->endpoints[i], ret_error));
	TRY(zt_text_copy(client->region, sizeof client->region, zt_view_of(spec->region)));
	if (spec->data_endpoint && *spec->data_endpoint)
		TRY(zt_aws_client_set_data_endpoint(client, spec->data_endpoint));
	*ret = ZT_STEAL(client);
	return ZT_OK;
}

void zt_aws_client_free(zt_aws_client *client)
{
	if (!client)
		return;
	zt_wipe(client->keys, sizeof client->keys);
	free(client);
}

const char *zt_aws_client_origin(const zt_aws_client *client, zt_aws_service service)
{
	return client->endpoints[service].origin;
}

const char *zt_aws_client_region(const zt_aws_client *client)
{
	return client->region;
}

const zt_clock *zt_aws_client_clock(const zt_aws_client *client)
{
	return &client->spec.clock;
}

zt_status zt_aws_client_set_data_endpoint(zt_aws_client *client, const char *host)
{
	zt_aws_endpoint *endpoint = &client->endpoints[ZT_AWS_IOT_DATA];
	if (endpoint->given)
		return ZT_OK;
	int n = snprintf(endpoint->origin, sizeof endpoint->origin, "https://%s", host);
	return n > 0 && (size_t)n < sizeof endpoint->origin ? ZT_OK : ZT_E_CONFIG;
}

void zt_aws_client_set_deadline(zt_aws_client *client, int64_t mono_ms)
{
	client->deadline_ms = mono_ms;
}

void zt_aws_client_pause(const zt_aws_client *client, int64_t ms)
{
	int64_t left_ms = client->deadline_ms - zt_clock_mono_ms(&client->spec.clock);
	if (client->deadline_ms && left_ms < ms)
		ms = left_ms;
	if (ms > 0)
		client->spec.sleep_ms(client->spec.context, ms);
}

unsigned zt_aws_client_requests(const zt_aws_client *client, zt_aws_service service)
{
	return client->requests[service];
}

/* Fails once the keys have ended. */
static zt_status check_end(const zt_aws_client_spec *spec, zt_status renewed, const zt_error *cause,
			   zt_error *ret_error)
{
	char end[ZT_TIME_TEXT_MAX];
	if (spec->credentials->expires_ms == 0 || spec->credentials->expires_ms > zt_clock_wall_ms(&spec->clock))
		return ZT_OK;
	zt_time_iso8601(spec->credentials->expires_ms, end);
	return zt_error_set(ret_error, ZT_E_CREDENTIALS, "the AWS credentials expired at %s%s%s", end,
			    renewed == ZT_OK ? ": their source gives none that last longer, sign in anew"
			    : cause->text[0] ? " and cannot be renewed: "
					     : ": sign in anew",
			    cause->text);
}

/* Whoever hands out keys is asked before each call only while that helps: a command may cost a second, or an answer of
 * somebody's. Keys that have ended are worth each try. */
static bool is_renewal_due(const zt_aws_client *client)
{
	const zt_aws_client_spec *spec = &client->spec;
	int64_t left_ms = spec->credentials->expires_ms - zt_clock_wall_ms(&spec->clock);
	if (spec->credentials->expires_ms == 0 || left_ms > ZT_AWS_RENEW_BEFORE_MS)
		return false;
	return left_ms <= 0 || zt_clock_mono_ms(&spec->clock) >= client->renew_not_before_ms;
}

zt_status zt_aws_client_renew(zt_aws_client *client, zt_error *ret_error)
{
	zt_aws_client_spec *spec = &client->spec;
	if (!is_renewal_due(client))
		return ZT_OK;
	zt_error cause = { 0 };
	int64_t before_ms = spec->credentials->expires_ms;
	zt_status status = spec->renew ? spec->renew(spec->renew_context, &cause) : ZT_E_CREDENTIALS;
	/* Other keys may end at the same time. */
	if (status == ZT_OK)
		zt_wipe(client->keys, sizeof client->keys);
	if (status != ZT_OK || spec->credentials->expires_ms == before_ms)
		client->renew_not_before_ms = zt_clock_mono_ms(&spec->clock) + ZT_AWS_RENEW_PAUSE_MS;
	return check_end(spec, status, &cause, ret_error);
}

/* The day's key of the service, made when the day changes. */
static const zt_sigv4_key *key_of(zt_aws_client *client, zt_aws_service service, int64_t now_ms)
{
	char date[ZT_TIME_TEXT_MAX];
	zt_time_amz(now_ms, date);
	date[DATE_CHARS] = 0;
	signing_key *kept = &client->keys[service];
	if (!zt_view_equal(zt_view_of(kept->date), zt_view_of(date))) {
		zt_sigv4_key_make(zt_secret_view(&client->spec.credentials->secret), zt_view_of(date),
				  zt_view_of(client->endpoints[service].signing_region),
				  zt_view_of(zt_aws_signing_name(service)), &kept->key);
		zt_text_cut(kept->date, sizeof kept->date, zt_view_of(date));
	}
	return &kept->key;
}

typedef struct {
	zt_aws_client *client;
	const zt_aws_request *request;
	zt_view body;
	const char *content_type; /* NULL without a body */
	int64_t deadline_ms;
} api_call;

typedef struct {
	zt_sigv4_header items[ZT_AWS_REQUEST_HEADERS_MAX + HEADERS_OF_OURS];
	size_t count;
} header_list;

static void add(header_list *list, const char *name, zt_view value)
{
	list->items[list->count++] = (zt_sigv4_header){ zt_view_of(name), value };
}

static zt_status sign(const api_call *call, header_list *headers, zt_sigv4_signed *ret)
{
	zt_aws_client *client = call->client;
	const zt_aws_credentials *keys = client->spec.credentials;
	const zt_aws_endpoint *endpoint = &client->endpoints[call->request->service];
	zt_view target = zt_str_view(&call->request->target);
	size_t mark = zt_view_find(target, '?');
	int64_t now_ms = zt_clock_wall_ms(&client->spec.clock);
	zt_sigv4_signer signer = {
		.access_key_id = zt_view_of(keys->access_key_id),
		.secret = zt_secret_view(&keys->secret),
		.token = zt_secret_view(&keys->token),
		.region = zt_view_of(endpoint->signing_region),
		.service = zt_view_of(zt_aws_signing_name(call->request->service)),
		.time_ms = now_ms,
	};
	zt_sigv4_request request = {
		.method = zt_view_of(call->request->method),
		.path = { target.p, mark },
		.query = zt_view_from(target, mark + 1),
		.headers = headers->items,
		.header_count = headers->count,
		.body = call->body,
	};
	TRY(zt_sigv4_sign(&signer, key_of(client, call->request->service, now_ms), &request, ret, NULL, NULL));
	add(headers, "x-amz-date", zt_view_of(ret->amz_date));
	if (signer.token.n)
		add(headers, "x-amz-security-token", signer.token);
	add(headers, "authorization", zt_view_of(ret->authorization));
	return ZT_OK;
}

/* Signed anew for every try: the signature carries the time. */
static zt_status try_once(const api_call *call, zt_aws_http_response *response, zt_error *ret_error)
{
	zt_aws_client *client = call->client;
	const char *origin = client->endpoints[call->request->service].origin;
	header_list headers = { 0 };
	zt_sigv4_signed signed_parts;
	if (!call->request->anonymous)
		TRY(zt_aws_client_renew(client, ret_error));
	add(&headers, "host", zt_aws_origin_host(origin));
	if (call->content_type)
		add(&headers, "content-type", zt_view_of(call->content_type));
	for (size_t i = 0; i < call->request->header_count; i++)
		headers.items[headers.count++] = call->request->headers[i];
	if (!call->request->anonymous)
		TRY(sign(call, &headers, &signed_parts));
	add(&headers, "user-agent", ZT_LIT("zerotouch/" ZT_VERSION));
	int64_t try_end_ms = zt_clock_mono_ms(&client->spec.clock) + ZT_AWS_TRY_MS;
	zt_aws_http_request http = {
		.method = call->request->method,
		.origin = origin,
		.target = zt_str_text(&call->request->target),
		.headers = headers.items,
		.header_count = headers.count,
		.body = call->body,
		.deadline_ms = try_end_ms < call->deadline_ms ? try_end_ms : call->deadline_ms,
	};
	zt_aws_http_response_clear(response);
	client->requests[call->request->service]++;
	zt_error cause = { 0 };
	zt_status status = client->spec.http.perform(client->spec.http.context, &http, response, &cause);
	if (status != ZT_OK)
		return zt_error_coded(ret_error, status, cause.code, "%s: %s", call->request->operation,
				      cause.text[0] ? cause.text : zt_status_text(status));
	return response->status >= 200 && response->status < 300
		   ? ZT_OK
		   : zt_aws_answer_error(call->request, response, ret_error);
}

/* Takes it from the budget of all calls. */
static bool may_lose(zt_aws_client *client, int64_t ms, zt_error *cause)
{
	int64_t budget_ms = client->spec.retry_budget_ms;
	if (!budget_ms || client->lost_ms + ms <= budget_ms) {
		client->lost_ms += ms;
		return true;
	}
	size_t n = strlen(cause->text);
	(void)snprintf(cause->text + n, sizeof cause->text - n, "; the %" PRId64 " s for all retries of a run are over",
		       budget_ms / 1000);
	return false;
}

static void regain(zt_aws_client *client)
{
	client->lost_ms = client->lost_ms > ZT_AWS_REGAIN_MS ? client->lost_ms - ZT_AWS_REGAIN_MS : 0;
}

/* Waits before the next try; false when that would go beyond the deadline or the budget. `begun_ms`: of the try that
 * failed. */
static bool wait_for_next(const api_call *call, unsigned try_number, int64_t begun_ms,
			  const zt_aws_http_response *response, zt_error *cause)
{
	const zt_aws_client_spec *spec = &call->client->spec;
	int64_t wait_ms = (int64_t)zt_random_below((uint64_t)zt_aws_backoff_ceiling_ms(try_number) + 1);
	int64_t asked_ms = zt_aws_retry_after_ms(response->retry_after);
	if (wait_ms < asked_ms)
		wait_ms = asked_ms;
	int64_t now_ms = zt_clock_mono_ms(&spec->clock);
	if (now_ms + wait_ms >= call->deadline_ms || !may_lose(call->client, now_ms - begun_ms + wait_ms, cause))
		return false;
	zt_aws_wait wait = { call->request->operation, try_number, wait_ms, cause };
	spec->on_wait(spec->context, &wait);
	spec->sleep_ms(spec->context, wait_ms);
	return true;
}

static zt_status send_until(const api_call *call, zt_aws_http_response *response, zt_error *ret_error)
{
	for (unsigned try_number = 1;; try_number++) {
		zt_error error = { 0 };
		int64_t begun_ms = zt_clock_mono_ms(&call->client->spec.clock);
		zt_status status = try_once(call, response, &error);
		if (status == ZT_OK) {
			regain(call->client);
			return ZT_OK;
		}
		if (!error.status)
			zt_error_set(&error, status, "%s: %s", call->request->operation, zt_status_text(status));
		if (zt_aws_may_retry(call->request, status, try_number) &&
		    wait_for_next(call, try_number, begun_ms, response, &error))
			continue;
		if (ret_error)
			*ret_error = error;
		return status;
	}
}

static zt_status send_request(zt_aws_client *client, const zt_aws_request *request, zt_view body,
			      const char *content_type, zt_aws_http_response *ret, zt_error *ret_error)
{
	if (request->status != ZT_OK)
		return zt_error_set(ret_error, request->status,
				    "%s: a value of the request is empty, too long or not UTF-8", request->operation);
	if (!client->endpoints[request->service].origin[0])
		return zt_error_set(ret_error, ZT_E_CONFIG, "%s: the data endpoint is not known", request->operation);
	int64_t deadline_ms = zt_clock_mono_ms(&client->spec.clock) + client->spec.budget_ms;
	if (client->deadline_ms && client->deadline_ms < deadline_ms)
		deadline_ms = client->deadline_ms;
	api_call call = { client, request, body, content_type, deadline_ms };
	zt_aws_http_response response = { .body = ZT_STR(client->spec.answer_max) };
	zt_status status = send_until(&call, &response, ret_error);
	if (status != ZT_OK) {
		zt_aws_http_response_free(&response);
		return status;
	}
	*ret = response;
	return ZT_OK;
}

zt_status zt_aws_send(zt_aws_client *client, zt_aws_request *request, zt_view body, const char *content_type,
		      zt_aws_http_response *ret, zt_error *ret_error)
{
	zt_status status = send_request(client, request, body, content_type, ret, ret_error);
	zt_str_free(&request->target);
	return status;
}

static const char *json_media(const zt_aws_request *request)
{
	return request->service == ZT_AWS_LOGS ? "application/x-amz-json-1.1" : "application/json";
}

zt_status zt_aws_call(zt_aws_client *client, zt_aws_request *request, const json_t *body, json_t **ret,
		      zt_error *ret_error)
{
	const char *operation = request->operation;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(client->spec.answer_max);
	if (body && zt_json_write(body, &text) != ZT_OK && request->status == ZT_OK)
		request->status = ZT_E_LIMIT;
	ZT_CLEANUP(zt_aws_http_response_free) zt_aws_http_response response = { 0 };
	TRY(zt_aws_send(client, request, zt_str_view(&text), body ? json_media(request) : NULL, &response, ret_error));
	if (!ret)
		return ZT_OK;
	json_t *answer = NULL;
	zt_error reason = { 0 };
	if (response.body.n == 0)
		answer = json_object();
	else if (zt_json_parse(zt_str_view(&response.body), &answer, &reason) != ZT_OK)
		return zt_aws_answer_unreadable(operation, &response, reason.text, ret_error);
	ENSURE(answer, ZT_E_NOMEM);
	*ret = answer;
	return ZT_OK;
}
