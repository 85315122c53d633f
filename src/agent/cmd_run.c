#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "agent/certificate.h"
#include "agent/commands.h"
#include "agent/notify.h"
#include "agent/run.h"
#include "base/random.h"
#include "base/timefmt.h"

enum {
	RENEW_LOOK_MS = 60 * 1000,      /* the certificate's age is looked at this often: the wall clock may jump */
	RENEW_RETRY_MS = 5 * 60 * 1000, /* at most, after the authority could not be asked; at least the above */
	SENSOR_EVERY_S = 60,
};

typedef zt_agent_run_state agent;

static void agent_deinit(agent *a)
{
	zt_client_free(a->client);
	zt_agent_command_deinit(&a->sensing);
	zt_agent_command_deinit(&a->applying);
	if (a->file && a->lines.fd > STDERR_FILENO)
		(void)close(a->lines.fd);
	zt_lines_deinit(&a->lines);
	zt_str_free(&a->reading);
	zt_str_free(&a->difference);
	zt_str_free(&a->change);
	zt_agent_outbox_close(&a->box);
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
		.certificate_file = zt_certificate_file(&a->config, &a->files),
		.key_file = zt_certificate_key(&a->config, &a->files),
		.alpn_port = (uint16_t)a->config.alpn_port,
		.first_by_https = true,
		.protocol = a->mqtt5 ? &zt_mqtt5 : NULL,
		.will = a->will ? &a->will_message : NULL,
		.source = a->no_outbox ? NULL : &a->box.source,
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
	if (now_ms < a->renew_at_ms || !a->config.attest_url || !a->config.tenant || a->config.certificate)
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

/* What cannot be taken into use is told once, not at every look. */
static void watch_identity(agent *a)
{
	const char *trouble = zt_client_identity_trouble(a->client);
	zt_error error = { 0 };
	if (zt_view_equal(zt_view_of(a->identity_trouble), zt_view_of(trouble)))
		return;
	zt_text_cut(a->identity_trouble, sizeof a->identity_trouble, zt_view_of(trouble));
	if (!trouble[0])
		return;
	(void)zt_error_set(&error, ZT_E_CREDENTIALS, "%s; the certificate of before stays in use", trouble);
	zt_report_trouble(&a->report, &error);
}

static void tell_systemd(const zt_event *event)
{
	if (event->beside)
		return;
	if (event->kind == ZT_EVENT_ACCEPTED)
		zt_notify("READY=1\nSTATUS=connected");
	if (event->kind == ZT_EVENT_LOST || event->kind == ZT_EVENT_REFUSED || event->kind == ZT_EVENT_NOT_READY)
		zt_notify_status(zt_reason_text(event->reason));
}

static void take_event(agent *a, const zt_event *event)
{
	bool settled = event->kind == ZT_EVENT_PUBLISHED || event->kind == ZT_EVENT_NOT_PUBLISHED;
	bool about_message = settled || event->kind == ZT_EVENT_RECEIVED;
	if (event->kind == ZT_EVENT_RENEWAL_DUE)
		a->renew_at_ms = 0;
	zt_report_event(&a->report, event, about_message ? &event->message : NULL, zt_client_detail(a->client));
	tell_systemd(event);
	if (settled && !a->asking)
		zt_run_input_settled(a);
	if (settled)
		a->asking = false;
	zt_run_shadow_take(a, event);
}

static void wait_for_work(agent *a, uint32_t wait_ms)
{
	struct pollfd ready[3 + 2 * ZT_COMMAND_POLLS] = {
		{ .fd = zt_client_fd(a->client), .events = zt_client_poll_events(a->client) },
		{ .fd = a->signals, .events = POLLIN },
		{ .fd = zt_run_input_wanted(a) ? a->lines.fd : -1, .events = POLLIN },
	};
	zt_agent_command_polls(&a->sensing, ready + 3);
	zt_agent_command_polls(&a->applying, ready + 3 + ZT_COMMAND_POLLS);
	if (poll(ready, ZT_COUNT(ready), (int)wait_ms) <= 0)
		return;
	a->stop = ready[1].revents != 0;
	if (ready[2].revents)
		zt_run_input_read(a);
}

static bool is_finished(const agent *a)
{
	return a->stop || (a->until_eof && zt_run_input_done(a));
}

static void pat_watchdog(agent *a)
{
	int64_t every_ms = zt_notify_watchdog_ms(), now_ms = zt_time_mono_ms();
	if (every_ms == 0 || now_ms < a->watchdog_at_ms)
		return;
	a->watchdog_at_ms = now_ms + every_ms;
	zt_notify("WATCHDOG=1");
}

static void serve(agent *a)
{
	while (!is_finished(a)) {
		zt_event event;
		pat_watchdog(a);
		renew_when_due(a);
		zt_run_shadow_step(a);
		zt_run_input_step(a);
		zt_client_step(a->client, &event);
		watch_identity(a);
		if (event.kind == ZT_EVENT_NONE)
			wait_for_work(a, event.wait_ms);
		else
			take_event(a, &event);
	}
	zt_notify("STOPPING=1");
}

/* "TOPIC=PAYLOAD" */
static zt_status read_will(agent *a, zt_error *ret_error)
{
	zt_view text = zt_view_of(a->will);
	size_t at = zt_view_find(text, '=');
	const char *why = "the will is TOPIC=PAYLOAD";
	a->will_message = (zt_message){ { text.p, at }, zt_view_from(text, at + 1), 1, false };
	if (at == text.n || zt_message_check(&a->will_message, &why) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_USAGE, "%s", why);
	return ZT_OK;
}

static zt_status open_outbox(agent *a, zt_error *ret_error)
{
	zt_view keep = zt_view_of(a->keep);
	bool newest = zt_view_equal(keep, ZT_LIT("newest"));
	if (!newest && !zt_view_equal(keep, ZT_LIT("oldest")))
		return zt_error_set(ret_error, ZT_E_USAGE, "--keep is oldest or newest, not '%s'", a->keep);
	if (a->no_outbox)
		return ZT_OK;
	TRY(zt_agent_outbox_open(&a->box, a->config.state, a->outbox_slots,
				 newest ? ZT_OUTBOX_KEEP_NEWEST : ZT_OUTBOX_KEEP_OLDEST, ret_error));
	zt_report_outbox(&a->report, zt_outbox_count(&a->box.outbox), a->box.outbox.damaged);
	return ZT_OK;
}

static zt_status begin(agent *a, zt_error *ret_error)
{
	TRY(zt_run_input_begin(a, ret_error));
	TRY(zt_run_shadow_begin(a, ret_error));
	TRY(zt_device_files_init(&a->files, a->config.state));
	if (a->will)
		TRY(read_will(a, ret_error));
	TRY(open_outbox(a, ret_error));
	TRY(catch_signals(a, ret_error));
	TRY(make_client(a, ret_error));
	return zt_certificate_ensure(&a->config, &a->files, &a->report, ret_error);
}

static zt_status run(agent *a, zt_error *ret_error)
{
	TRY(zt_agent_config_need_endpoint(&a->config, ret_error));
	a->report = (zt_report){ a->config.json, ZT_ROUTE_MQTT };
	TRY(begin(a, ret_error));
	serve(a);
	return ZT_OK;
}

zt_status zt_agent_run(int argc, char **argv, zt_error *ret_error)
{
	ZT_CLEANUP(agent_deinit)
	agent a = { .qos = 1,
		    .keep_alive_s = 60,
		    .every_s = SENSOR_EVERY_S,
		    .outbox_slots = ZT_AGENT_OUTBOX_SLOTS,
		    .keep = "oldest",
		    .signals = -1 };
	zt_opt_result words;
	bool end;
	TRY(zt_agent_config_init(&a.config, ret_error));
	const zt_opt options[] = {
		ZT_AGENT_OPT_STATE(&a.config),
		ZT_AGENT_OPTS_ENDPOINT(&a.config),
		{ "topic", 0, ZT_OPT_TEXT, &a.topic, "TOPIC", "publish each line of the input to it", 0, 0 },
		{ "file", 0, ZT_OPT_TEXT, &a.file, "FILE", "the input: this file's lines, not standard input", 0, 0 },
		{ "sensor", 0, ZT_OPT_TEXT, &a.sensor, "COMMAND", "the input: what this prints, each time it is run", 0,
		  0 },
		{ "every", 0, ZT_OPT_NUMBER, &a.every_s, "SECONDS", "how often the sensor is asked (60)", 1, 86400 },
		{ "subscribe", 0, ZT_OPT_LIST, &a.filters, "FILTER", "print what comes on it; may be given again", 0,
		  0 },
		{ "qos", 'q', ZT_OPT_NUMBER, &a.qos, "QOS", "of both: 0 or 1 (the default)", 0, 1 },
		{ "keep-alive", 0, ZT_OPT_NUMBER, &a.keep_alive_s, "SECONDS", "30 to 1200 (60)", ZT_KEEP_ALIVE_MIN_S,
		  ZT_KEEP_ALIVE_MAX_S },
		{ "until-eof", 0, ZT_OPT_FLAG, &a.until_eof, NULL, "end when the input has ended and is published", 0,
		  0 },
		{ "mqtt5", '5', ZT_OPT_FLAG, &a.mqtt5, NULL, "speak MQTT 5 (3.1.1)", 0, 0 },
		{ "will", 0, ZT_OPT_TEXT, &a.will, "TOPIC=PAYLOAD", "what the server publishes if we vanish", 0, 0 },
		{ "outbox-slots", 0, ZT_OPT_NUMBER, &a.outbox_slots, "N", "messages kept while offline (1000)", 1,
		  1000000 },
		{ "keep", 0, ZT_OPT_TEXT, &a.keep, "WHICH", "in a full outbox: oldest (input waits) or newest", 0, 0 },
		{ "no-outbox", 0, ZT_OPT_FLAG, &a.no_outbox, NULL, "keep nothing on the disk", 0, 0 },
		{ "shadow-command", 0, ZT_OPT_TEXT, &a.shadow_command, "COMMAND",
		  "gets each delta of the shadow as JSON; what it prints (or the delta) is reported", 0, 0 },
		{ "shadow-name", 0, ZT_OPT_TEXT, &a.shadow_name, "NAME", "a named shadow, not the classic one", 0, 0 },
		{ "thing", 0, ZT_OPT_TEXT, &a.thing_name, "NAME", "the Thing (learnt from the identity message)", 0,
		  0 },
		ZT_AGENT_OPTS_ATTEST(&a.config),
		ZT_AGENT_OPTS_IDENTITY(&a.config),
		ZT_AGENT_OPT_JSON(&a.config),
	};
	const zt_command command = {
		.name = "zerotouch-device run",
		.purpose =
		    "Stays connected by MQTT: publishes its input through an outbox that survives restarts, prints "
		    "the\n"
		    "messages that come, follows a shadow, reconnects, and renews the certificate when two thirds of\n"
		    "its life have passed.",
		.usage = "zerotouch-device run [options]",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  uptime | zerotouch-device run -e localhost --ca-file server-ca.pem --topic "
			    "myhome/myroom --until-eof\n"
			    "  zerotouch-device run --topic myhome/myroom --sensor 'cat "
			    "/sys/class/thermal/thermal_zone0/temp'\n"
			    "  zerotouch-device run --shadow-command 'jq -c . >settings.json'\n"
			    "  zerotouch-device run --subscribe \"dt/$(zerotouch-device id)/#\"\n",
	};
	TRY(zt_agent_config_read(&command, argc, argv, &words, &end, ret_error));
	return end ? ZT_OK : run(&a, ret_error);
}
