#include "attest/client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <sys/un.h>

#include "attest/limits.h"
#include "base/json.h"
#include "base/str.h"

enum { PATH_MAX_BYTES = 512 };

struct zt_attest_client {
	CURL *curl;
	char socket_path[sizeof((struct sockaddr_un *)NULL)->sun_path];
};

static void free_list(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

static size_t receive(char *bytes, size_t size, size_t count, void *answer)
{
	/* Less than was given tells libcurl to stop. */
	return zt_str_put(answer, zt_view_make(bytes, size * count)) == ZT_OK ? size * count : 0;
}

zt_status zt_attest_client_new(const char *socket_path, zt_attest_client **ret, zt_error *ret_error)
{
	zt_attest_client *client = calloc(1, sizeof *client);
	ENSURE(client, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	if (zt_text_copy(client->socket_path, sizeof client->socket_path, zt_view_of(socket_path)) != ZT_OK) {
		zt_attest_client_free(client);
		return zt_error_set(ret_error, ZT_E_CONFIG, "the socket's path is longer than %zu bytes: %s",
				    sizeof client->socket_path - 1, socket_path);
	}
	client->curl = curl_easy_init();
	if (!client->curl) {
		zt_attest_client_free(client);
		return zt_error_set(ret_error, ZT_E_NOMEM, "out of memory");
	}
	*ret = client;
	return ZT_OK;
}

void zt_attest_client_free(zt_attest_client *client)
{
	if (!client)
		return;
	if (client->curl)
		curl_easy_cleanup(client->curl);
	free(client);
}

static zt_status status_of(long http)
{
	switch (http) {
	case 403:
		return ZT_E_DENIED;
	case 404:
		return ZT_E_NOT_FOUND;
	case 409:
		return ZT_E_EXISTS;
	case 429:
		return ZT_E_THROTTLED;
	default:
		return http >= 500 ? ZT_E_UNAVAILABLE : ZT_E_INVALID;
	}
}

/* The authority's {"code","message"}. */
static zt_status refused(long http, const json_t *body, zt_error *ret_error)
{
	const char *code = zt_json_text(body, "code"), *message = zt_json_text(body, "message");
	zt_status status = zt_error_coded(ret_error, status_of(http), code ? code : "", "%s",
					  message ? message : "the authority refused without a reason");
	if (ret_error)
		ret_error->http = (int)http;
	return status;
}

static zt_status perform(zt_attest_client *client, const char *method, const char *path, zt_str *request,
			 zt_str *answer, long *ret_http, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str url = ZT_STR(PATH_MAX_BYTES);
	ZT_CLEANUP(free_list) struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	CURL *curl = client->curl;
	TRY(zt_str_printf(&url, "http://localhost%s", path));
	curl_easy_reset(curl);
	bool set = headers && curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->socket_path) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_URL, zt_str_text(&url)) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)ZT_ATTEST_CALL_MS) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer) == CURLE_OK;
	if (set && request->n)
		set = curl_easy_setopt(curl, CURLOPT_POSTFIELDS, zt_str_text(request)) == CURLE_OK &&
		      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->n) == CURLE_OK;
	ENSURE(set, zt_error_set(ret_error, ZT_E_INTERNAL, "libcurl does not take an option"));
	CURLcode result = curl_easy_perform(curl);
	if (result == CURLE_COULDNT_CONNECT)
		return zt_error_set(ret_error, ZT_E_NETWORK,
				    "no attestation authority answers at %s; is zerotouch-attest running?",
				    client->socket_path);
	if (result != CURLE_OK)
		return zt_error_set(ret_error, result == CURLE_OPERATION_TIMEDOUT ? ZT_E_TIMEOUT : ZT_E_NETWORK,
				    "the attestation authority at %s: %s", client->socket_path,
				    curl_easy_strerror(result));
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_http);
	return ZT_OK;
}

/* `body` may be NULL; borrowed. */
static zt_status call(zt_attest_client *client, const char *method, const char *path, const json_t *body,
		      json_t **ret_body, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str request = ZT_STR(ZT_ATTEST_REQUEST_MAX), answer = ZT_STR(ZT_ATTEST_ANSWER_MAX);
	ZT_JSON_CLEANUP json_t *json = NULL;
	long http = 0;
	if (body && zt_json_write(body, &request) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_LIMIT, "the request is larger than %d bytes",
				    ZT_ATTEST_REQUEST_MAX);
	TRY(perform(client, method, path, &request, &answer, &http, ret_error));
	zt_status parsed = zt_json_parse(zt_str_view(&answer), &json, ret_error);
	if (http < 200 || http > 299)
		return refused(http, parsed == ZT_OK ? json : NULL, ret_error);
	TRY(parsed);
	if (ret_body)
		*ret_body = ZT_STEAL(json);
	return ZT_OK;
}

/* What is put into a path must stay one segment of it. */
static bool is_segment(zt_view text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] >= 0x7f || memchr("/?#%", text.p[i], 4))
			return false;
	return text.n > 0;
}

static zt_status tenant_call(zt_attest_client *client, const char *method, zt_view guid, const char *tail, json_t *body,
			     json_t **ret_body, zt_error *ret_error)
{
	char path[PATH_MAX_BYTES];
	int n = snprintf(path, sizeof path, "/tenants/%.*s%s", ZT_PRI(guid), tail);
	if (!is_segment(guid) || n < 0 || (size_t)n >= sizeof path)
		return zt_error_set(ret_error, ZT_E_INVALID, "'%.*s' is no tenant", ZT_PRI(guid));
	return call(client, method, path, body, ret_body, ret_error);
}

zt_status zt_attest_tenant_create(zt_attest_client *client, zt_view guid, json_t **ret_body, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *body = guid.n ? json_pack("{s:o}", "guid", zt_json_string(guid)) : json_object();
	ENSURE(body, zt_error_set(ret_error, ZT_E_INVALID, "the GUID is no text"));
	return call(client, "POST", "/tenants", body, ret_body, ret_error);
}

zt_status zt_attest_tenants(zt_attest_client *client, json_t **ret_body, zt_error *ret_error)
{
	return call(client, "GET", "/tenants", NULL, ret_body, ret_error);
}

zt_status zt_attest_tenant(zt_attest_client *client, zt_view guid, json_t **ret_body, zt_error *ret_error)
{
	return tenant_call(client, "GET", guid, "", NULL, ret_body, ret_error);
}

zt_status zt_attest_claim(zt_attest_client *client, zt_view guid, json_t *device_ids, json_t **ret_body,
			  zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *body = json_pack("{s:O}", "deviceIds", device_ids);
	ENSURE(body, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	return tenant_call(client, "POST", guid, "/devices", body, ret_body, ret_error);
}

zt_status zt_attest_claimed(zt_attest_client *client, zt_view guid, json_t **ret_body, zt_error *ret_error)
{
	return tenant_call(client, "GET", guid, "/devices", NULL, ret_body, ret_error);
}

zt_status zt_attest_unclaim(zt_attest_client *client, zt_view guid, zt_view device_id, zt_error *ret_error)
{
	char tail[PATH_MAX_BYTES];
	int n = snprintf(tail, sizeof tail, "/devices/%.*s", ZT_PRI(device_id));
	if (!is_segment(device_id) || n < 0 || (size_t)n >= sizeof tail)
		return zt_error_set(ret_error, ZT_E_INVALID, "'%.*s' is no device id", ZT_PRI(device_id));
	return tenant_call(client, "DELETE", guid, tail, NULL, NULL, ret_error);
}

zt_status zt_attest_proof(zt_attest_client *client, zt_view guid, zt_view verification_code, zt_view ca_id,
			  json_t **ret_body, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *body = json_pack("{s:o}", "verificationCode", zt_json_string(verification_code));
	ENSURE(body, zt_error_set(ret_error, ZT_E_INVALID, "the verification code is no text"));
	if (ca_id.n && json_object_set_new(body, "caCertificateId", zt_json_string(ca_id)) != 0)
		return zt_error_set(ret_error, ZT_E_INVALID, "the certificate id is no text");
	return tenant_call(client, "POST", guid, "/proof", body, ret_body, ret_error);
}

zt_status zt_attest_rollover(zt_attest_client *client, zt_view guid, bool activate, json_t **ret_body,
			     zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *body = json_pack("{s:b}", "activate", activate);
	ENSURE(body, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	return tenant_call(client, "POST", guid, "/rollover", body, ret_body, ret_error);
}
