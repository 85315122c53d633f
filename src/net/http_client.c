#include "net/http_client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { ANSWER_MAX = 64 * 1024, HEADER_MAX = 16 * 1024 };

typedef struct request {
	zt_http_client *client;
	struct request *next, **link;
	CURL *easy;
	struct curl_slist *headers;
	size_t received;
	zt_http_client_fn done;
	void *context;
	char detail[CURL_ERROR_SIZE];
} request;

struct zt_http_client {
	struct event_base *loop;
	CURLM *multi;
	struct event *timer;
	char *ca_file;
	request *requests;
	size_t count;
};

static void request_free(request *r)
{
	if (r->link) {
		*r->link = r->next;
		if (r->next)
			r->next->link = r->link;
		r->client->count--;
	}
	if (r->easy) {
		(void)curl_multi_remove_handle(r->client->multi, r->easy);
		curl_easy_cleanup(r->easy);
	}
	curl_slist_free_all(r->headers);
	free(r);
}

static zt_status status_of(CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return ZT_OK;
	case CURLE_OPERATION_TIMEDOUT:
		return ZT_E_TIMEOUT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
		return ZT_E_TLS;
	default:
		return ZT_E_NETWORK;
	}
}

static void end(request *r, zt_status status, CURLcode code)
{
	long http = 0;
	char detail[CURL_ERROR_SIZE];
	zt_http_client_fn done = r->done;
	void *context = r->context;
	(void)curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &http);
	(void)snprintf(detail, sizeof detail, "%s", r->detail[0] ? r->detail : curl_easy_strerror(code));
	request_free(r);
	done(context, status, (unsigned)http, detail);
}

static void collect(zt_http_client *client)
{
	int left;
	for (CURLMsg *message; (message = curl_multi_info_read(client->multi, &left));) {
		request *r = NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&r);
		end(r, status_of(code), code);
	}
}

static void on_socket_event(evutil_socket_t fd, short what, void *context)
{
	zt_http_client *client = context;
	int running, flags = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	(void)curl_multi_socket_action(client->multi, fd, flags, &running);
	collect(client);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	zt_http_client *client = context;
	int running;
	(void)fd;
	(void)what;
	(void)curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(client);
}

/* curl tells what to watch a socket for; its event is kept with the socket. */
static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *socket_context)
{
	zt_http_client *client = context;
	struct event *event = socket_context;
	(void)easy;
	if (event)
		event_free(event);
	if (what == CURL_POLL_REMOVE) {
		(void)curl_multi_assign(client->multi, fd, NULL);
		return 0;
	}
	short flags = EV_PERSIST;
	flags = (short)(flags | (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
	event = event_new(client->loop, fd, flags, on_socket_event, client);
	if (!event || event_add(event, NULL) != 0)
		return -1;
	(void)curl_multi_assign(client->multi, fd, event);
	return 0;
}

static int set_timer(CURLM *multi, long ms, void *context)
{
	zt_http_client *client = context;
	const struct timeval in = { ms / 1000, ms % 1000 * 1000 };
	(void)multi;
	return ms < 0 ? event_del(client->timer) : event_add(client->timer, &in);
}

static size_t throw_away(const char *bytes, size_t size, size_t n, void *context)
{
	request *r = context;
	(void)bytes;
	r->received += size * n;
	return r->received > ANSWER_MAX ? 0 : size * n;
}

zt_status zt_http_client_new(struct event_base *loop, const char *ca_file, zt_http_client **ret, zt_error *ret_error)
{
	zt_http_client *client = calloc(1, sizeof *client);
	ENSURE(client, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	client->loop = loop;
	client->multi = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_multi_init() : NULL;
	client->timer = evtimer_new(loop, on_timer, client);
	client->ca_file = ca_file ? zt_view_dup(zt_view_of(ca_file)) : NULL;
	if (!client->multi || !client->timer || (ca_file && !client->ca_file)) {
		zt_http_client_free(client);
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot make an HTTP client");
	}
	(void)curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	(void)curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	(void)curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	(void)curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	*ret = client;
	return ZT_OK;
}

void zt_http_client_free(zt_http_client *client)
{
	if (!client)
		return;
	while (client->requests)
		end(client->requests, ZT_E_STATE, CURLE_ABORTED_BY_CALLBACK);
	(void)curl_multi_cleanup(client->multi);
	if (client->timer)
		event_free(client->timer);
	free(client->ca_file);
	free(client);
}

static bool put_header(struct curl_slist **list, const char *name, const char *value)
{
	ZT_CLEANUP(zt_str_free) zt_str line = ZT_STR(HEADER_MAX);
	/* A line break would begin a header of somebody else's making. */
	if (strpbrk(name, "\r\n") || strpbrk(value, "\r\n") || zt_str_printf(&line, "%s: %s", name, value) != ZT_OK)
		return false;
	struct curl_slist *longer = curl_slist_append(*list, zt_str_text(&line));
	*list = longer ? longer : *list;
	return longer != NULL;
}

static bool configure(request *r, const char *url, zt_view body)
{
	CURL *easy = r->easy;
	CURLcode failed = CURLE_OK;
	failed |= curl_easy_setopt(easy, CURLOPT_URL, url);
	failed |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	failed |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	failed |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)ZT_HTTP_CLIENT_MS);
	failed |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)body.n);
	failed |= curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, (const char *)zt_view_pri_ptr(body));
	failed |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, r->headers);
	failed |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, throw_away);
	failed |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, r);
	failed |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, r->detail);
	failed |= curl_easy_setopt(easy, CURLOPT_PRIVATE, r);
	if (r->client->ca_file)
		failed |= curl_easy_setopt(easy, CURLOPT_CAINFO, r->client->ca_file);
	return failed == CURLE_OK;
}

zt_status zt_http_client_post(zt_http_client *client, const char *url, const zt_http_client_header *headers,
			      size_t count, zt_view body, zt_http_client_fn done, void *context)
{
	if (!zt_view_starts(zt_view_of(url), ZT_LIT("https://")))
		return ZT_E_INVALID;
	if (client->count >= ZT_HTTP_CLIENT_AT_ONCE_MAX)
		return ZT_E_LIMIT;
	request *r = calloc(1, sizeof *r);
	ENSURE(r, ZT_E_NOMEM);
	r->client = client;
	r->done = done;
	r->context = context;
	r->easy = curl_easy_init();
	bool ready = r->easy != NULL;
	for (size_t i = 0; i < count && ready; i++)
		ready = put_header(&r->headers, headers[i].name, headers[i].value);
	if (!ready || !configure(r, url, body) || curl_multi_add_handle(client->multi, r->easy) != CURLM_OK) {
		request_free(r);
		return ZT_E_INVALID;
	}
	r->next = client->requests;
	r->link = &client->requests;
	if (r->next)
		r->next->link = &r->next;
	client->requests = r;
	client->count++;
	return ZT_OK;
}
