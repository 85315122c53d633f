#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "agent/certificate.h"
#include "agent/commands.h"
#include "agent/lines.h"
#include "base/timefmt.h"
#include "base/random.h"

enum {
	RENEW_LOOK_MS = 60 * 1000,      /* the certificate's age is looked at this often: the wall clock may jump */
	RENEW_RETRY_MS = 5 * 60 * 1000, /* at most, after the authority could not be asked; at least the above */
};

typedef struct {
	zt_agent_config config;
	zt_device_files files;
	zt_report report;
	zt_client *client;
	zt_lines lines;
	zt_message message; /* the line that is being published */
	bool publishing, until_eof;
	zt_opt_list filters;
	zt_subscription subscriptions[ZT_OPT_LIST_MAX];
	const char *topic;
	unsigned qos, keep_alive_s;
	int signals;
	bool stop;
	int64_t renew_at_ms;
} agent;

static void agent_deinit(agent *a)
{
	zt_client_free(a->client);
	zt_lines_deinit(&a->lines);
	zt_device_files_deinit(&a->files);
	zt_agent_config_deinit(&a->config);
	if (a->signals >= 0)
		(void)close(a->signals);
}

static zt_status catch_signals(agent *a, zt_error *ret_error)
{
	sigset_t set;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return zt_error_errno(ret_error, ZT_E_FAILED, "cannot block signals");
	a->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return a->signals >= 0 ? ZT_OK : zt_error_errno(ret_error, ZT_E_FAILED, "cannot wait for signals");
}

static zt_status make_client(agent *a, zt_error *ret_error)
{
	for (size_t i = 0; i < a->filters.count; i++)
		a->subscriptions[i] = (zt_subscription){ zt_view_of(a->filters.values[i]), (uint8_t)a->qos };
	const zt_client_spec spec = {
		.route = ZT_ROUTE_MQTT,
		.host = a->config.endpoint,
		.mqtt_port = (uint16_t)a->config.mqtt_port,
		.https_port = (uint16_t)a->config.https_port,
		.ca_file = a->config.ca_file,
		.certificate_file = zt_str_text(&a->files.certificate),
		.key_file = zt_str_text(&a->files.tls_key),
		.keep_alive_s = (uint16_t)a->keep_alive_s,
		.persistent = true,
		.subscriptions = a->subscriptions,
		.subscription_count = a->filters.count,
	};
	return zt_client_new(&spec, &a->client, ret_error);
}

/* The certificate of a device that runs for ever is renewed while the old one still serves. */
static void renew_when_due(agent *a)
{
	int64_t now_ms = zt_time_mono_ms();
	if (now_ms < a->renew_at_ms || !a->config.attest_url || !a->config.tenant)
		return;
	int64_t due_in_ms = zt_certificate_due_ms(&a->files) - zt_time_now_ms();
	a->renew_at_ms = now_ms + (due_in_ms < RENEW_LOOK_MS ? due_in_ms : RENEW_LOOK_MS);
	if (due_in_ms > 0)
		return;
	zt_error error = { 0 };
	if (zt_certificate_renew(&a->config, &a->files, false, &a->report, &error) == ZT_OK)
		return;
	zt_report_trouble(&a->report, &error);
	a->renew_at_ms = now_ms + RENEW_LOOK_MS + (int64_t)zt_random_below(RENEW_RETRY_MS - RENEW_LOOK_MS);
}

/* Hands the current line over; one that breaks a limit is told and dropped. */
static void publish_line(agent *a)
{
	while (a->topic && !a->publishing && a->lines.has_line) {
		zt_error error = { 0 };
		a->message = (zt_message){ zt_view_of(a->topic), zt_lines_current(&a->lines), (uint8_t)a->qos, false };
		a->publishing = zt_client_publish(a->client, &a->message, &error) == ZT_OK;
		if (a->publishing)
			return;
		zt_report_trouble(&a->report, &error);
		zt_lines_drop(&a->lines);
	}
}

static void take_event(agent *a, const zt_event *event)
{
	bool settled = event->kind == ZT_EVENT_PUBLISHED || event->kind == ZT_EVENT_NOT_PUBLISHED;
	const zt_message *message = settled ? &a->message : event->kind == ZT_EVENT_RECEIVED ? &event->message : NULL;
	zt_report_event(&a->report, event, message, zt_client_detail(a->client));
	if (!settled)
		return;
	a->publishing = false;
	zt_lines_drop(&a->lines);
}

static bool wants_input(const agent *a)
{
	return a->topic && !a->lines.ended && !a->lines.has_line;
}

static void read_input(agent *a)
{
	zt_error error = { 0 };
	zt_status status = zt_lines_fill(&a->lines);
	if (status == ZT_OK)
		return;
	a->lines.ended = a->lines.ended || status != ZT_E_LIMIT;
	zt_error_set(&error, status,
		     status == ZT_E_LIMIT ? "a line of more than %d bytes (AWS: 128 KB) is left out"
					  : "standard input cannot be read (limit %d)",
		     ZT_PAYLOAD_MAX);
	zt_report_trouble(&a->report, &error);
}

static void wait_for_work(agent *a, uint32_t wait_ms)
{
	struct pollfd ready[] = {
		{ .fd = zt_client_fd(a->client), .events = zt_client_poll_events(a->client) },
		{ .fd = a->signals, .events = POLLIN },
		{ .fd = wants_input(a) ? a->lines.fd : -1, .events = POLLIN },
	};
	if (poll(ready, ZT_COUNT(ready), (int)wait_ms) <= 0)
		return;
	a->stop = ready[1].revents != 0;
	if (ready[2].revents)
		read_input(a);
}

static bool is_finished(const agent *a)
{
	return a->stop || (a->until_eof && a->lines.ended && !a->lines.has_line);
}

static void serve(agent *a)
{
	while (!is_finished(a)) {
		zt_event event;
		renew_when_due(a);
		publish_line(a);
		zt_client_step(a->client, &event);
		if (event.kind == ZT_EVENT_NONE)
			wait_for_work(a, event.wait_ms);
		else
			take_event(a, &event);
	}
}

static zt_status run(agent *a, zt_error *ret_error)
{
	if (!a->config.endpoint)
		return zt_error_set(ret_error, ZT_E_USAGE, "the endpoint is missing (--endpoint or ZT_ENDPOINT)");
	a->report = (zt_report){ a->config.json, ZT_ROUTE_MQTT };
	zt_lines_init(&a->lines, STDIN_FILENO);
	TRY(zt_device_files_init(&a->files, a->config.state));
	TRY(catch_signals(a, ret_error));
	TRY(make_client(a, ret_error));
	TRY(zt_certificate_ensure(&a->config, &a->files, &a->report, ret_error));
	serve(a);
	return ZT_OK;
}

zt_status zt_agent_run(int argc, char **argv, zt_error *ret_error)
{
	ZT_CLEANUP(agent_deinit) agent a = { .qos = 1, .keep_alive_s = 60, .signals = -1 };
	zt_opt_result words;
	bool end;
	TRY(zt_agent_config_init(&a.config, ret_error));
	const zt_opt options[] = {
		ZT_AGENT_OPT_STATE(&a.config),
		ZT_AGENT_OPTS_ENDPOINT(&a.config),
		{ "topic", 0, ZT_OPT_TEXT, &a.topic, "TOPIC", "publish each line of standard input to it", 0, 0 },
		{ "subscribe", 0, ZT_OPT_LIST, &a.filters, "FILTER", "print what comes on it; may be given again", 0,
		  0 },
		{ "qos", 'q', ZT_OPT_NUMBER, &a.qos, "QOS", "of both: 0 or 1 (the default)", 0, 1 },
		{ "keep-alive", 0, ZT_OPT_NUMBER, &a.keep_alive_s, "SECONDS", "30 to 1200 (60)", ZT_KEEP_ALIVE_MIN_S,
		  ZT_KEEP_ALIVE_MAX_S },
		{ "until-eof", 0, ZT_OPT_FLAG, &a.until_eof, NULL, "end when standard input has ended and is published",
		  0, 0 },
		ZT_AGENT_OPTS_ATTEST(&a.config),
		ZT_AGENT_OPT_JSON(&a.config),
	};
	const zt_command command = {
		.name = "zerotouch-device run",
		.purpose =
		    "Stays connected by MQTT: publishes the lines of standard input, prints the messages that come,\n"
		    "reconnects, and renews the certificate when two thirds of its life have passed.",
		.usage = "zerotouch-device run [options]",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples =
		    "  sensor | zerotouch-device run -e localhost --topic myhome/myroom\n"
		    "  zerotouch-device run -e localhost --subscribe 'myhome/#' --attest https://localhost:4567 …\n",
	};
	TRY(zt_agent_config_read(&command, argc, argv, &words, &end, ret_error));
	return end ? ZT_OK : run(&a, ret_error);
}
