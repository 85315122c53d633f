#include "port/azure-sphere/https.h"

#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <tlsutils/deviceauth_curl.h>

#include "zerotouch/http.h"

static zt_reason reason_of(CURLcode code)
{
	static const struct {
		CURLcode code;
		zt_reason reason;
	} rows[] = {
		{ CURLE_OK, ZT_REASON_NONE },
		{ CURLE_GOT_NOTHING, ZT_REASON_CLOSED },
		{ CURLE_SEND_ERROR, ZT_REASON_CLOSED },
		{ CURLE_RECV_ERROR, ZT_REASON_CLOSED },
		{ CURLE_SSL_CONNECT_ERROR, ZT_REASON_CLOSED },
		{ CURLE_SSL_CACERT, ZT_REASON_SERVER_NOT_TRUSTED },
		{ (CURLcode)51 /* before 7.62: CURLE_PEER_FAILED_VERIFICATION */, ZT_REASON_SERVER_NOT_TRUSTED },
		{ CURLE_SSL_CACERT_BADFILE, ZT_REASON_SERVER_NOT_TRUSTED },
		{ CURLE_SSL_ISSUER_ERROR, ZT_REASON_SERVER_NOT_TRUSTED },
		{ CURLE_SSL_CERTPROBLEM, ZT_REASON_IDENTITY_UNREADABLE },
		{ CURLE_COULDNT_RESOLVE_HOST, ZT_REASON_NETWORK },
		{ CURLE_COULDNT_CONNECT, ZT_REASON_NETWORK },
		{ CURLE_OPERATION_TIMEDOUT, ZT_REASON_NO_ANSWER },
	};
	for (size_t i = 0; i < ZT_COUNT(rows); i++)
		if (rows[i].code == code)
			return rows[i].reason;
	return ZT_REASON_BAD_ANSWER;
}

static void take_answer(zt_sphere_https *https, CURLcode code)
{
	long http = 0;
	(void)curl_easy_getinfo(https->easy, CURLINFO_RESPONSE_CODE, &http);
	(void)curl_multi_remove_handle(https->multi, https->easy);
	https->posting = false;
	const char *cause = code == CURLE_OK ? "" : https->trouble[0] ? https->trouble : curl_easy_strerror(code);
	const zt_sphere_answer answer = { reason_of(code), code == CURLE_OK ? (uint16_t)http : 0, cause };
	https->answered(https->context, &answer);
}

static void drive(zt_sphere_https *https, curl_socket_t socket, int events)
{
	int running, left;
	(void)curl_multi_socket_action(https->multi, socket, events, &running);
	for (CURLMsg *message; (message = curl_multi_info_read(https->multi, &left)) != NULL;)
		if (message->msg == CURLMSG_DONE)
			take_answer(https, message->data.result);
}

static void socket_ready(EventLoop *loop, int fd, EventLoop_IoEvents events, void *context)
{
	int mask = (events & EventLoop_Input ? CURL_CSELECT_IN : 0) |
		   (events & EventLoop_Output ? CURL_CSELECT_OUT : 0) |
		   (events & EventLoop_Error ? CURL_CSELECT_ERR : 0);
	(void)loop;
	drive(context, fd, mask);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *registration)
{
	zt_sphere_https *https = context;
	EventRegistration *fresh = NULL;
	(void)easy;
	(void)EventLoop_UnregisterIo(https->loop, registration);
	if (what != CURL_POLL_REMOVE) {
		EventLoop_IoEvents events =
		    (what & CURL_POLL_IN ? EventLoop_Input : 0u) | (what & CURL_POLL_OUT ? EventLoop_Output : 0u);
		fresh = EventLoop_RegisterIo(https->loop, fd, events, socket_ready, https);
	}
	(void)curl_multi_assign(https->multi, fd, fresh);
	return 0;
}

static void timer_ready(EventLoop *loop, int fd, EventLoop_IoEvents events, void *context)
{
	uint64_t expirations;
	(void)loop;
	(void)events;
	if (read(fd, &expirations, sizeof expirations) > 0)
		drive(context, CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *multi, long timeout_ms, void *context)
{
	const zt_sphere_https *https = context;
	struct itimerspec when = { 0 };
	(void)multi;
	if (timeout_ms >= 0) {
		when.it_value.tv_sec = timeout_ms / 1000;
		when.it_value.tv_nsec = timeout_ms % 1000 * 1000000 + 1; /* 0 would stop the timer */
	}
	return timerfd_settime(https->timer_fd, 0, &when, NULL);
}

/* The exchange as libcurl's -v shows it; neither bodies nor TLS records, so no secret. */
static int tell(CURL *easy, curl_infotype type, char *text, size_t n, void *context)
{
	const zt_sphere_https *https = context;
	(void)easy;
	char direction = type == CURLINFO_TEXT ? '*' : type == CURLINFO_HEADER_OUT ? '>' : '<';
	if (https->log && (type == CURLINFO_TEXT || type == CURLINFO_HEADER_OUT || type == CURLINFO_HEADER_IN))
		https->log(https->context, direction, text, n);
	return 0;
}

static size_t drop_body(char *bytes, size_t size, size_t count, void *context)
{
	(void)bytes;
	(void)context;
	return size * count;
}

static void set_options(zt_sphere_https *https)
{
	CURL *easy = https->easy;
	(void)curl_easy_setopt(easy, CURLOPT_CAINFO, https->roots);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	(void)curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, DeviceAuth_CurlSslFunc);
	(void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)ZT_SPHERE_POST_S);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, https->trouble);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop_body);
	(void)curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, tell);
	(void)curl_easy_setopt(easy, CURLOPT_DEBUGDATA, https);
	(void)curl_easy_setopt(easy, CURLOPT_VERBOSE, https->log ? 1L : 0L);
	/* Of two connections the one with the older certificate might be taken. */
	(void)curl_multi_setopt(https->multi, CURLMOPT_MAXCONNECTS, 1L);
	(void)curl_multi_setopt(https->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	(void)curl_multi_setopt(https->multi, CURLMOPT_SOCKETDATA, https);
	(void)curl_multi_setopt(https->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	(void)curl_multi_setopt(https->multi, CURLMOPT_TIMERDATA, https);
}

zt_status zt_sphere_https_init(zt_sphere_https *https)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	https->timer_fd = fd > 0 ? fd : 0;
	https->multi = curl_multi_init();
	https->easy = curl_easy_init();
	if (fd > 0)
		https->timer = EventLoop_RegisterIo(https->loop, fd, EventLoop_Input, timer_ready, https);
	if (!https->multi || !https->easy || !https->timer) {
		zt_sphere_https_deinit(https);
		return ZT_E_NOMEM;
	}
	set_options(https);
	return ZT_OK;
}

void zt_sphere_https_deinit(zt_sphere_https *https)
{
	if (https->multi && https->easy)
		(void)curl_multi_remove_handle(https->multi, https->easy);
	curl_easy_cleanup(https->easy);
	if (https->multi)
		(void)curl_multi_cleanup(https->multi);
	(void)EventLoop_UnregisterIo(https->loop, https->timer);
	if (https->timer_fd > 0)
		(void)close(https->timer_fd);
	https->multi = NULL;
	https->easy = NULL;
	https->timer = NULL;
	https->timer_fd = 0;
}

static zt_status compose_url(zt_sphere_https *https, const zt_message *message)
{
	zt_buf url = ZT_BUF(https->url);
	zt_buf_put_text(&url, "https://");
	zt_buf_put_text(&url, https->host);
	zt_buf_put_text(&url, ":");
	zt_buf_put_u64(&url, https->port);
	zt_buf_put_text(&url, "/topics/");
	zt_http_put_encoded(&url, message->topic);
	zt_buf_put_text(&url, message->qos ? "?qos=1" : "?qos=0");
	return zt_buf_finish_text(&url);
}

zt_status zt_sphere_https_post(zt_sphere_https *https, const zt_message *message, bool fresh)
{
	ENSURE(!https->posting, ZT_E_STATE);
	TRY(zt_message_check(message, NULL));
	TRY(compose_url(https, message));
	https->trouble[0] = 0;
	(void)curl_easy_setopt(https->easy, CURLOPT_URL, https->url);
	(void)curl_easy_setopt(https->easy, CURLOPT_POSTFIELDS, message->payload.p);
	(void)curl_easy_setopt(https->easy, CURLOPT_POSTFIELDSIZE, (long)message->payload.n);
	(void)curl_easy_setopt(https->easy, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
	https->posting = curl_multi_add_handle(https->multi, https->easy) == CURLM_OK;
	return https->posting ? ZT_OK : ZT_E_NOMEM;
}
