#include <stdio.h>

#include "agent/certificate.h"
#include "agent/commands.h"
#include "agent/outcome.h"
#include "agent/thing_shadow.h"
#include "base/random.h"
#include "base/timefmt.h"

enum { TIMEOUT_S = 60, TOKEN_BYTES = 8 };

typedef struct {
	zt_agent_config config;
	zt_device_files files;
	zt_report report;
	zt_client *client;
	zt_agent_shadow shadow;
	zt_shadow_operation operation;
	const char *thing, *name, *desired, *reported;
	unsigned version, timeout_s;
	bool mqtt5, asked;
	zt_reason last; /* why it has not come so far yet */
	char token[2 * TOKEN_BYTES + 1];
	uint8_t memory[ZT_SHADOW_DOCUMENT_MAX + 1024];
} dialogue;

static void dialogue_deinit(dialogue *d)
{
	zt_client_free(d->client);
	zt_device_files_deinit(&d->files);
	zt_agent_config_deinit(&d->config);
}

/* Answers to others come on the same topics. */
static void make_token(dialogue *d)
{
	uint8_t bytes[TOKEN_BYTES];
	zt_buf out = zt_buf_make(d->token, sizeof d->token);
	zt_random_bytes(bytes, sizeof bytes);
	zt_buf_put_hex(&out, zt_view_make(bytes, sizeof bytes));
	(void)!zt_buf_finish_text(&out);
}

static zt_status compose(dialogue *d, zt_message *ret, zt_error *ret_error)
{
	zt_buf memory = ZT_BUF(d->memory);
	const char *why = "the request cannot be composed";
	const zt_view token = zt_view_of(d->token);
	const zt_shadow_change change = { zt_view_of(d->desired), zt_view_of(d->reported), d->version, token };
	const zt_shadow *shadow = &d->shadow.shadow;
	zt_status status = d->operation == ZT_SHADOW_OP_GET ? zt_shadow_get(shadow, token, &memory, ret)
			   : d->operation == ZT_SHADOW_OP_DELETE
			       ? zt_shadow_delete(shadow, token, &memory, ret)
			       : zt_shadow_update(shadow, &change, &memory, ret, &why);
	return status == ZT_OK ? ZT_OK : zt_error_set(ret_error, status, "%s", why);
}

static zt_status ask(dialogue *d, zt_error *ret_error)
{
	zt_message message;
	d->asked = true;
	TRY(compose(d, &message, ret_error));
	return zt_client_publish(d->client, &message, ret_error);
}

static zt_status status_of_code(unsigned code)
{
	switch (code) {
	case 401:
	case 403:
		return ZT_E_DENIED;
	case 404:
		return ZT_E_NOT_FOUND;
	case 409:
		return ZT_E_CONFLICT;
	case 413:
		return ZT_E_LIMIT;
	case 429:
		return ZT_E_THROTTLED;
	default:
		return code >= 500 ? ZT_E_UNAVAILABLE : ZT_E_INVALID;
	}
}

/* The document as it came goes to standard output. */
static zt_status conclude(dialogue *d, const zt_event *event, const zt_shadow_event *news, zt_error *ret_error)
{
	if (d->report.json)
		zt_report_shadow(&d->report, news);
	if (news->kind == ZT_SHADOW_REJECTED)
		return zt_error_set(ret_error, status_of_code(news->code), "AWS IoT rejects it with %u: %.*s",
				    news->code, ZT_PRI(news->message));
	if (!d->report.json)
		(void)printf("%.*s\n", ZT_PRI(event->message.payload));
	return ZT_OK;
}

static bool is_answer(const dialogue *d, const zt_shadow_event *news)
{
	return d->asked && news->kind != ZT_SHADOW_DELTA && news->operation == d->operation &&
	       zt_view_equal(news->token, zt_view_of(d->token));
}

/* ZT_E_AGAIN: not there yet. */
static zt_status take_event(dialogue *d, const zt_event *event, zt_error *ret_error)
{
	zt_shadow_event news;
	if (event->kind != ZT_EVENT_RECEIVED)
		zt_report_event(&d->report, event, event->message.topic.n ? &event->message : NULL,
				zt_client_detail(d->client));
	zt_agent_note(event, &d->last);
	bool hopeless = zt_agent_is_hopeless(event);
	if (hopeless || event->kind == ZT_EVENT_NOT_PUBLISHED)
		return zt_agent_give_up("not asked", event->reason, hopeless ? zt_client_detail(d->client) : "",
					ret_error);
	zt_status status = zt_agent_shadow_take(&d->shadow, d->client, event, &news, ret_error);
	if (status == ZT_OK)
		return is_answer(d, &news) ? conclude(d, event, &news, ret_error) : ZT_E_AGAIN;
	ENSURE(status == ZT_E_AGAIN, status);
	if (d->shadow.ready && !d->asked)
		TRY(ask(d, ret_error));
	return ZT_E_AGAIN;
}

static zt_status follow(dialogue *d, zt_error *ret_error)
{
	int64_t until_ms = zt_time_mono_ms() + (int64_t)d->timeout_s * 1000;
	for (;;) {
		zt_event event;
		zt_client_wait(d->client, 200, &event);
		TRY(zt_agent_shadow_tick(&d->shadow, d->client, ret_error));
		zt_status status = event.kind == ZT_EVENT_NONE ? ZT_E_AGAIN : take_event(d, &event, ret_error);
		if (status != ZT_E_AGAIN)
			return status;
		if (zt_time_mono_ms() >= until_ms)
			return zt_agent_give_up("no answer", d->last, "", ret_error);
	}
}

static zt_status converse(dialogue *d, zt_error *ret_error)
{
	TRY(zt_agent_config_need_endpoint(&d->config, ret_error));
	d->report = (zt_report){ d->config.json, ZT_ROUTE_MQTT };
	d->last = ZT_REASON_NO_ANSWER;
	make_token(d);
	TRY(zt_agent_shadow_init(&d->shadow, d->thing, d->name, ret_error));
	/* What cannot be sent is told before anything is. */
	zt_message probe;
	TRY(compose(d, &probe, ret_error));
	TRY(zt_device_files_init(&d->files, d->config.state));
	const zt_client_spec spec = {
		.route = ZT_ROUTE_MQTT,
		.host = d->config.endpoint,
		.mqtt_port = (uint16_t)d->config.mqtt_port,
		.https_port = (uint16_t)d->config.https_port,
		.alpn_port = (uint16_t)d->config.alpn_port,
		.first_by_https = true,
		.protocol = d->mqtt5 ? &zt_mqtt5 : NULL,
		.ca_file = d->config.ca_file,
		.certificate_file = zt_certificate_file(&d->config, &d->files),
		.key_file = zt_certificate_key(&d->config, &d->files),
	};
	TRY(zt_client_new(&spec, &d->client, ret_error));
	TRY(zt_certificate_ensure(&d->config, &d->files, &d->report, ret_error));
	return follow(d, ret_error);
}

static zt_status shadow_command(zt_shadow_operation operation, const char *verb, const char *purpose, int argc,
				char **argv, zt_error *ret_error)
{
	char name[64], usage[96], example[160];
	ZT_CLEANUP(dialogue_deinit) dialogue d = { .operation = operation, .timeout_s = TIMEOUT_S };
	zt_opt_result words;
	bool end, update = operation == ZT_SHADOW_OP_UPDATE;
	TRY(zt_agent_config_init(&d.config, ret_error));
	const zt_opt options[] = {
		ZT_AGENT_OPT_STATE(&d.config),
		ZT_AGENT_OPTS_ENDPOINT(&d.config),
		{ "thing", 0, ZT_OPT_TEXT, &d.thing, "NAME", "the Thing (learnt from the identity message)", 0, 0 },
		{ "name", 'n', ZT_OPT_TEXT, &d.name, "NAME", "a named shadow, not the classic one", 0, 0 },
		{ "timeout", 't', ZT_OPT_NUMBER, &d.timeout_s, "SECONDS", "how long to try (60)", 1, 86400 },
		{ "mqtt5", '5', ZT_OPT_FLAG, &d.mqtt5, NULL, "speak MQTT 5 (3.1.1)", 0, 0 },
		ZT_AGENT_OPTS_ATTEST(&d.config),
		ZT_AGENT_OPTS_IDENTITY(&d.config),
		ZT_AGENT_OPT_JSON(&d.config),
		{ "reported", 'r', ZT_OPT_TEXT, &d.reported, "JSON", "what the device is: an object, or null", 0, 0 },
		{ "desired", 'd', ZT_OPT_TEXT, &d.desired, "JSON", "what it should be: an object, or null", 0, 0 },
		{ "version", 0, ZT_OPT_NUMBER, &d.version, "N", "only if the shadow is at this version", 1,
		  0x7fffffff },
	};
	(void)snprintf(name, sizeof name, "zerotouch-device shadow %s", verb);
	(void)snprintf(usage, sizeof usage, "%s [options]", name);
	(void)snprintf(example, sizeof example, "  %s%s\n", name, update ? " --reported '{\"LED\":\"ON\"}'" : "");
	const zt_command command = {
		.name = name,
		.purpose = purpose,
		.usage = usage,
		.options = options,
		.option_count = ZT_COUNT(options) - (update ? 0 : 3),
		.examples = example,
	};
	TRY(zt_agent_config_read(&command, argc, argv, &words, &end, ret_error));
	return end ? ZT_OK : converse(&d, ret_error);
}

static zt_status get(int argc, char **argv, zt_error *ret_error)
{
	return shadow_command(ZT_SHADOW_OP_GET, "get",
			      "Prints the device's shadow: desired, reported, and how they differ.", argc, argv,
			      ret_error);
}

static zt_status update(int argc, char **argv, zt_error *ret_error)
{
	return shadow_command(ZT_SHADOW_OP_UPDATE, "update",
			      "Changes the device's shadow and prints what was accepted.", argc, argv, ret_error);
}

static zt_status erase(int argc, char **argv, zt_error *ret_error)
{
	return shadow_command(ZT_SHADOW_OP_DELETE, "delete", "Deletes the device's shadow.", argc, argv, ret_error);
}

static const zt_verb verbs[] = {
	{ "get", "print it", get },
	{ "update", "change it", update },
	{ "delete", "delete it", erase },
};

zt_status zt_agent_shadow_verb(int argc, char **argv, zt_error *ret_error)
{
	return zt_verbs_run("zerotouch-device shadow", "The device's shadow, by MQTT.", verbs, ZT_COUNT(verbs), argc,
			    argv, ret_error);
}
