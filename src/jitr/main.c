/* `bootstrap`: the JITR handler as a native AWS Lambda runtime. */
#include <stdio.h>

#include "base/log.h"
#include "base/timefmt.h"
#include "jitr/handler.h"
#include "jitr/http_socket.h"
#include "jitr/runtime.h"
#include "jitr/schedule.h"

#define SUBJECT "jitr"

enum {
	NEXT_FAILURES_MAX = 3,       /* in a row, then Lambda may start a new one */
	REPORT_MS = 500,             /* kept back from an invocation's time to tell its failure */
	ANSWER_MAX = 4 * 1024,       /* of this function */
	AWS_ANSWER_MAX = 256 * 1024, /* of an API; a certificate's PEM has at most 64 KB (AWS IoT: certificatePem) */
	PATH_BYTES = 1024,
};

typedef struct {
	zt_jitr_config config;
	zt_jitr_recent recent;
	zt_aws_credentials credentials;
	zt_http_socket *socket;
	zt_aws_client *client;
	zt_runtime *runtime;
	zt_str answer;
	zt_sweep_position swept;
} bootstrap;

static void bootstrap_close(bootstrap *it)
{
	zt_aws_client_free(it->client);
	zt_http_socket_free(it->socket);
	zt_runtime_free(it->runtime);
	zt_str_free(&it->answer);
	zt_aws_credentials_wipe(&it->credentials);
}

/* AWS_CA_BUNDLE, or the roots that came in the package. */
static const char *roots_path(char room[PATH_BYTES])
{
	const char *bundle = getenv("AWS_CA_BUNDLE"), *task = getenv("LAMBDA_TASK_ROOT");
	if (bundle && *bundle)
		return bundle;
	(void)snprintf(room, PATH_BYTES, "%s/roots.pem", task && *task ? task : "/var/task");
	return room;
}

static zt_status start(bootstrap *it, zt_error *ret_error)
{
	char path[PATH_BYTES];
	TRY(zt_jitr_config_environment(&it->config, ret_error));
	TRY(zt_aws_credentials_environment(&it->credentials, ret_error));
	TRY(zt_http_socket_new(roots_path(path), &it->socket));
	const char *region = getenv("AWS_REGION");
	zt_aws_client_spec spec = {
		.http = zt_http_socket_seam(it->socket),
		.credentials = &it->credentials,
		.region = region ? region : getenv("AWS_DEFAULT_REGION"),
		.data_endpoint = it->config.data_endpoint,
		.answer_max = AWS_ANSWER_MAX,
	};
	return zt_aws_client_new(&spec, &it->client, ret_error);
}

/* The X-Ray trace of the invocation, where AWS's tools look for it. Always the same bytes of memory: setenv would keep
 * each value for ever. */
static void show_trace(const char *trace_id)
{
	static char variable[sizeof "_X_AMZN_TRACE_ID=" + ZT_RUNTIME_TRACE_MAX] = "_X_AMZN_TRACE_ID=";
	static bool is_there;
	size_t name_bytes = sizeof "_X_AMZN_TRACE_ID=" - 1;
	zt_text_cut(variable + name_bytes, sizeof variable - name_bytes, zt_view_of(trace_id));
	if (!is_there)
		is_there = putenv(variable) == 0;
}

static void limit_time(const bootstrap *it, int64_t deadline_ms)
{
	int64_t left_ms = deadline_ms - zt_time_now_ms() - REPORT_MS;
	zt_aws_client_set_deadline(it->client, deadline_ms ? zt_time_mono_ms() + (left_ms > 0 ? left_ms : 1) : 0);
}

/* A sweep ends while a third of the time is left: what it has begun it also ends. */
static int64_t sweep_until_ms(int64_t deadline_ms)
{
	int64_t left_ms = deadline_ms - zt_time_now_ms();
	return deadline_ms ? zt_time_mono_ms() + (left_ms > 0 ? left_ms : 0) * 2 / 3 : 0;
}

static zt_status handle(bootstrap *it, const zt_invocation *invocation, zt_error *ret_error)
{
	zt_jitr_handler handler = { it->client, &it->config, &it->recent };
	zt_view request_id = zt_view_of(invocation->request_id);
	if (zt_jitr_is_schedule(invocation->event))
		return zt_jitr_sweep(&handler, &it->swept, sweep_until_ms(invocation->deadline_ms), request_id,
				     &it->answer, ret_error);
	return zt_jitr_handle(&handler, invocation->event, request_id, &it->answer, ret_error);
}

static zt_status serve(bootstrap *it, const zt_invocation *invocation, zt_error *ret_error)
{
	zt_error error = { 0 };
	zt_str_clear(&it->answer);
	show_trace(invocation->trace_id);
	limit_time(it, invocation->deadline_ms);
	zt_status status = handle(it, invocation, &error);
	if (status == ZT_OK)
		return zt_runtime_respond(it->runtime, invocation, zt_str_view(&it->answer), ret_error);
	char type[128];
	(void)snprintf(type, sizeof type, "Function.%s", error.code[0] ? error.code : zt_status_name(status));
	return zt_runtime_fail(it->runtime, invocation, type, error.text, ret_error);
}

static zt_status loop(bootstrap *it, zt_error *ret_error)
{
	unsigned failures = 0;
	for (;;) {
		zt_invocation invocation;
		zt_status status = zt_runtime_next(it->runtime, &invocation, ret_error);
		if (status == ZT_OK) {
			failures = 0;
			/* An answer that Lambda does not take (the time was over) is no reason to end. */
			zt_error error = { 0 };
			if (serve(it, &invocation, &error) != ZT_OK)
				(void)zt_log_error(SUBJECT, &error, "answer not accepted");
		} else if (++failures == NEXT_FAILURES_MAX) {
			return status;
		}
	}
}

/* A start that failed is told to Lambda, which shows it to whoever invokes the function. */
static zt_status start_or_tell(bootstrap *it, zt_error *ret_error)
{
	zt_status status = start(it, ret_error);
	zt_error error = { 0 };
	if (status != ZT_OK &&
	    zt_runtime_fail_init(it->runtime, "Runtime.InvalidConfiguration", ret_error->text, &error) != ZT_OK)
		(void)zt_log_error(SUBJECT, &error, "failed start not told");
	return status;
}

static zt_status run(bootstrap *it, zt_error *ret_error)
{
	TRY(zt_log_configure("info", ZT_LOG_JSON));
	TRY(zt_runtime_new(getenv("AWS_LAMBDA_RUNTIME_API"), &it->runtime, ret_error));
	TRY(start_or_tell(it, ret_error));
	return loop(it, ret_error);
}

int main(void)
{
	bootstrap it = { .answer = ZT_STR(ANSWER_MAX) };
	zt_error error = { 0 };
	zt_status status = run(&it, &error);
	(void)zt_log_error(SUBJECT, &error, "ended");
	bootstrap_close(&it);
	return zt_status_exit(status);
}
