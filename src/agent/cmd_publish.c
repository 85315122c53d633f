#include <unistd.h>

#include "agent/certificate.h"
#include "agent/commands.h"
#include "agent/outcome.h"
#include "base/timefmt.h"

enum { TIMEOUT_S = 60 };

/* The message as it is: no newline or NUL is added or taken away. */
static zt_status read_all(int fd, zt_str *out, zt_error *ret_error)
{
	for (;;) {
		uint8_t chunk[16384];
		ssize_t got = read(fd, chunk, sizeof chunk);
		if (got < 0)
			return zt_error_errno(ret_error, ZT_E_IO, "cannot read standard input");
		if (got == 0)
			return ZT_OK;
		if (zt_str_put(out, zt_view_make(chunk, (size_t)got)) != ZT_OK)
			return zt_error_set(ret_error, ZT_E_LIMIT,
					    "AWS IoT Core takes payloads of at most %d bytes (128 KB)", ZT_PAYLOAD_MAX);
	}
}

static zt_status read_route(const char *via, zt_route *ret, zt_error *ret_error)
{
	zt_view name = zt_view_of(via);
	if (!zt_view_equal(name, ZT_LIT("https")) && !zt_view_equal(name, ZT_LIT("mqtt")))
		return zt_error_set(ret_error, ZT_E_USAGE, "--via is https or mqtt, not '%s'", via);
	*ret = zt_view_equal(name, ZT_LIT("mqtt")) ? ZT_ROUTE_MQTT : ZT_ROUTE_HTTPS;
	return ZT_OK;
}

static bool concerns_message(const zt_event *event)
{
	return event->kind == ZT_EVENT_PUBLISHED || event->kind == ZT_EVENT_NOT_PUBLISHED;
}

static zt_status follow(zt_client *client, const zt_message *message, const zt_report *report, unsigned timeout_s,
			zt_error *ret_error)
{
	int64_t until_ms = zt_time_mono_ms() + (int64_t)timeout_s * 1000;
	zt_reason last = ZT_REASON_NO_ANSWER;
	zt_event event;
	for (;;) {
		int64_t left_ms = until_ms - zt_time_mono_ms();
		if (left_ms <= 0)
			return zt_agent_give_up("not published", last, "", ret_error);
		zt_client_wait(client, (int)left_ms, &event);
		if (event.kind == ZT_EVENT_NONE)
			continue;
		zt_agent_note(&event, &last);
		zt_report_event(report, &event, concerns_message(&event) ? message : NULL, zt_client_detail(client));
		if (event.kind == ZT_EVENT_PUBLISHED)
			return ZT_OK;
		bool hopeless = zt_agent_is_hopeless(&event);
		if (event.kind == ZT_EVENT_NOT_PUBLISHED || hopeless)
			return zt_agent_give_up("not published", event.reason, hopeless ? zt_client_detail(client) : "",
						ret_error);
	}
}

static zt_status publish(const zt_agent_config *config, zt_route route, const zt_message *message, unsigned timeout_s,
			 zt_error *ret_error)
{
	ZT_CLEANUP(zt_device_files_deinit) zt_device_files files = { 0 };
	ZT_CLEANUP(zt_client_freep) zt_client *client = NULL;
	const zt_report report = { config->json, route };
	TRY(zt_device_files_init(&files, config->state));
	const zt_client_spec spec = {
		.route = route,
		.host = config->endpoint,
		.mqtt_port = (uint16_t)config->mqtt_port,
		.https_port = (uint16_t)config->https_port,
		.alpn_port = (uint16_t)config->alpn_port,
		.first_by_https = true,
		.ca_file = config->ca_file,
		.certificate_file = zt_certificate_file(config, &files),
		.key_file = zt_certificate_key(config, &files),
	};
	TRY(zt_client_new(&spec, &client, ret_error));
	TRY(zt_client_publish(client, message, ret_error));
	TRY(zt_certificate_ensure(config, &files, &report, ret_error));
	return follow(client, message, &report, timeout_s, ret_error);
}

zt_status zt_agent_publish(int argc, char **argv, zt_error *ret_error)
{
	ZT_CLEANUP(zt_agent_config_deinit) zt_agent_config config = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str input = ZT_STR(ZT_PAYLOAD_MAX);
	const char *via = "https";
	unsigned timeout_s = TIMEOUT_S, qos = 1;
	bool retain = false, end;
	zt_opt_result words;
	zt_route route = ZT_ROUTE_HTTPS;
	TRY(zt_agent_config_init(&config, ret_error));
	const zt_opt options[] = {
		ZT_AGENT_OPT_STATE(&config),
		ZT_AGENT_OPTS_ENDPOINT(&config),
		{ "via", 0, ZT_OPT_TEXT, &via, "ROUTE", "https (the default) or mqtt", 0, 0 },
		{ "qos", 'q', ZT_OPT_NUMBER, &qos, "QOS", "0 or 1 (the default: acknowledged)", 0, 1 },
		{ "retain", 'r', ZT_OPT_FLAG, &retain, NULL, "keep it as the topic's retained message (mqtt)", 0, 0 },
		{ "timeout", 't', ZT_OPT_NUMBER, &timeout_s, "SECONDS", "how long to try (60)", 1, 86400 },
		ZT_AGENT_OPTS_ATTEST(&config),
		ZT_AGENT_OPTS_IDENTITY(&config),
		ZT_AGENT_OPT_JSON(&config),
	};
	const zt_command command = {
		.name = "zerotouch-device publish",
		.purpose = "Publishes one message: MESSAGE, or standard input when it is '-' or missing.",
		.usage = "zerotouch-device publish [options] TOPIC [MESSAGE|-]",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples =
		    "  zerotouch-device publish -e localhost --ca-file server-ca.pem myhome/myroom '{\"LED\":\"ON\"}'\n"
		    "  uptime | zerotouch-device publish --via mqtt myhome/myroom -\n",
		.positional_min = 1,
		.positional_max = 2,
	};
	TRY(zt_agent_config_read(&command, argc, argv, &words, &end, ret_error));
	if (end)
		return ZT_OK;
	TRY(read_route(via, &route, ret_error));
	TRY(zt_agent_config_need_endpoint(&config, ret_error));
	bool from_input = words.positional_count == 1 || strcmp(words.positional[1], "-") == 0;
	if (from_input)
		TRY(read_all(STDIN_FILENO, &input, ret_error));
	const zt_message message = { .topic = zt_view_of(words.positional[0]),
				     .payload = from_input ? zt_str_view(&input) : zt_view_of(words.positional[1]),
				     .qos = (uint8_t)qos,
				     .retain = retain };
	return publish(&config, route, &message, timeout_s, ret_error);
}
