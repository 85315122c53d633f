#include "aws/http_curl.h"

#include <curl/curl.h>
#include <pthread.h>

#include "base/secret.h"
#include "base/timefmt.h"

enum { HEADER_LINE_MAX = 16 * 1024, URL_MAX = 16 * 1024 };

struct zt_aws_http_curl {
	CURL *easy;
	char *ca_bundle;
	char reason[CURL_ERROR_SIZE];
};

static pthread_once_t library_once = PTHREAD_ONCE_INIT;
static CURLcode library_state;

static void library_init(void)
{
	library_state = curl_global_init(CURL_GLOBAL_DEFAULT);
}

zt_status zt_aws_http_curl_new(const char *ca_bundle, zt_aws_http_curl **ret, zt_error *ret_error)
{
	(void)pthread_once(&library_once, library_init);
	if (library_state != CURLE_OK)
		return zt_error_set(ret_error, ZT_E_FAILED, "libcurl does not start: %s",
				    curl_easy_strerror(library_state));
	ZT_CLEANUP(zt_aws_http_curl_freep) zt_aws_http_curl *curl = calloc(1, sizeof *curl);
	ENSURE(curl, ZT_E_NOMEM);
	const char *bundle = ca_bundle ? ca_bundle : getenv("AWS_CA_BUNDLE");
	if (bundle && *bundle) {
		curl->ca_bundle = strdup(bundle);
		ENSURE(curl->ca_bundle, ZT_E_NOMEM);
	}
	curl->easy = curl_easy_init();
	ENSURE(curl->easy, ZT_E_NOMEM);
	*ret = ZT_STEAL(curl);
	return ZT_OK;
}

void zt_aws_http_curl_free(zt_aws_http_curl *curl)
{
	if (!curl)
		return;
	curl_easy_cleanup(curl->easy);
	free(curl->ca_bundle);
	free(curl);
}

static void lines_free(struct curl_slist **lines)
{
	curl_slist_free_all(*lines);
}

static zt_status put_line(struct curl_slist **lines, const char *text)
{
	struct curl_slist *longer = curl_slist_append(*lines, text);
	ENSURE(longer, ZT_E_NOMEM);
	*lines = longer;
	return ZT_OK;
}

static zt_status put_headers(const zt_aws_http_request *request, struct curl_slist **lines)
{
	ZT_CLEANUP(zt_str_free_wiped) zt_str line = ZT_STR(HEADER_LINE_MAX);
	bool has_type = false;
	for (size_t i = 0; i < request->header_count; i++) {
		has_type |= zt_view_equal_nocase(request->headers[i].name, ZT_LIT("content-type"));
		zt_str_clear(&line);
		TRY(zt_str_printf(&line, "%.*s: %.*s", ZT_PRI(request->headers[i].name),
				  ZT_PRI(request->headers[i].value)));
		TRY(put_line(lines, zt_str_text(&line)));
	}
	/* Headers that libcurl would add of its own accord: "Expect" costs a round trip, and a body of no type is no
	 * form. */
	if (!has_type)
		TRY(put_line(lines, "Content-Type:"));
	TRY(put_line(lines, "Expect:"));
	return put_line(lines, "Accept:");
}

typedef struct {
	zt_aws_http_response *response;
	bool too_large;
} answer_sink;

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	answer_sink *answer = context;
	if (zt_str_put(&answer->response->body, zt_view_make(bytes, size * count)) == ZT_OK)
		return size * count;
	answer->too_large = true;
	return 0;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
	answer_sink *answer = context;
	zt_view line = zt_view_make(bytes, size * count), name = line;
	name.n = zt_view_find(line, ':');
	if (name.n < line.n)
		zt_aws_http_response_header(answer->response, name, zt_view_from(line, name.n + 1));
	return size * count;
}

static zt_status meaning_of(CURLcode code)
{
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return ZT_E_TIMEOUT;
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
		return ZT_E_CLOSED;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CONNECT_ERROR:
		return ZT_E_TLS;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return ZT_E_PROTOCOL;
	case CURLE_OUT_OF_MEMORY:
		return ZT_E_NOMEM;
	default:
		return ZT_E_NETWORK;
	}
}

/* Everything that a request sets, so that nothing is left of the one before it; the connections stay. */
static void set_options(zt_aws_http_curl *curl, const zt_aws_http_request *request, const char *url,
			struct curl_slist *lines, answer_sink *answer)
{
	CURL *easy = curl->easy;
	int64_t left_ms = request->deadline_ms - zt_time_mono_ms();
	curl_easy_reset(easy);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, curl->reason);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lines);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(left_ms > 0 ? left_ms : 1));
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, answer);
	if (request->direct)
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	if (curl->ca_bundle)
		curl_easy_setopt(easy, CURLOPT_CAINFO, curl->ca_bundle);
	bool has_body = request->body.n > 0 || strcmp(request->method, "POST") == 0 ||
			strcmp(request->method, "PUT") == 0 || strcmp(request->method, "PATCH") == 0;
	if (has_body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, (const char *)zt_view_pri_ptr(request->body));
	}
}

static zt_status perform(void *context, const zt_aws_http_request *request, zt_aws_http_response *response,
			 zt_error *ret_error)
{
	zt_aws_http_curl *curl = context;
	ZT_CLEANUP(lines_free) struct curl_slist *lines = NULL;
	TRY(put_headers(request, &lines));
	ZT_CLEANUP(zt_str_free) zt_str url = ZT_STR(URL_MAX);
	TRY(zt_str_printf(&url, "%s%s", request->origin, request->target));
	answer_sink answer = { .response = response };
	set_options(curl, request, zt_str_text(&url), lines, &answer);
	curl->reason[0] = 0;
	CURLcode code = curl_easy_perform(curl->easy);
	if (answer.too_large)
		return zt_error_set(ret_error, ZT_E_LIMIT, "%s: the answer is over %zu bytes, which AWS never sends",
				    request->origin, response->body.max);
	bool unknown = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY;
	if (code != CURLE_OK)
		return zt_error_coded(ret_error, meaning_of(code), unknown ? ZT_AWS_UNKNOWN_HOST : "", "%s: %s",
				      request->origin, curl->reason[0] ? curl->reason : curl_easy_strerror(code));
	long http = 0;
	(void)curl_easy_getinfo(curl->easy, CURLINFO_RESPONSE_CODE, &http);
	response->status = (int)http;
	return ZT_OK;
}

zt_aws_http zt_aws_http_curl_seam(zt_aws_http_curl *curl)
{
	return (zt_aws_http){ .perform = perform, .context = curl };
}
