/* zerotouch doctor: why devices do not come in. */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/timefmt.h"
#include "cli/account.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "port/linux/tls_probe.h"
#include "setup/doctor.h"

typedef struct {
	zt_account_options account;
	const char *name, *device, *ca_file;
	unsigned mqtt_port, https_port;
	bool json;
} doctor_options;

static zt_status probe(void *context, const char *host, unsigned port, zt_error *ret_error)
{
	const doctor_options *o = context;
	return zt_tls_probe(host, (uint16_t)port, o->ca_file, zt_clock_system(), ret_error);
}

/* Without credentials or a Region there is nobody to ask: that is the finding. */
static zt_status examine(doctor_options *o, json_t **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_account_close) zt_account_session account = { 0 };
	zt_error error = { 0 };
	zt_status status = zt_account_open(&o->account, &account, &error);
	if (status != ZT_OK) {
		*ret = json_pack("{s:s, s:s, s:s, s:[]}", "account", "", "region", "", "endpoint", "", "findings");
		ENSURE(*ret, ZT_E_NOMEM);
		error.status = status;
		status = zt_finding_of_error(json_object_get(*ret, "findings"), "this machine", &error);
		if (status != ZT_OK && ret_error)
			*ret_error = error;
		return status;
	}
	const zt_doctor_spec spec = {
		.name = zt_view_of(o->name),
		.device = zt_view_of(o->device),
		.probe = probe,
		.context = o,
		.ports = { o->mqtt_port, o->https_port },
	};
	return zt_doctor_run(account.client, &spec, ret, ret_error);
}

static void print(const json_t *report)
{
	const json_t *findings = json_object_get(report, "findings");
	size_t i;
	json_t *one;
	json_array_foreach(findings, i, one)
		(void)printf("%s  %s\n  %s\n  seen    %s\n  remedy  %s\n\n", zt_json_text(one, "finding"),
			     zt_json_text(one, "about"), zt_json_text(one, "problem"), zt_json_text(one, "evidence"),
			     zt_json_text(one, "remedy"));
	if (json_array_size(findings) == 0)
		(void)printf("account %s, endpoint %s: nothing keeps devices from coming in\n",
			     zt_json_text(report, "account"), zt_json_text(report, "endpoint"));
}

static zt_status diagnose(doctor_options *o, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *report = NULL;
	TRY(examine(o, &report, ret_error));
	if (o->json)
		TRY(zt_output_json(report));
	else
		print(report);
	return json_array_size(json_object_get(report, "findings")) ? ZT_E_FINDINGS : ZT_OK;
}

zt_status zt_cmd_doctor(int argc, char **argv, zt_error *ret_error)
{
	doctor_options o = { .ca_file = getenv("ZT_CA_FILE") };
	zt_opt_result result;
	TRY(zt_options_port("ZT_MQTT_PORT", 8883, &o.mqtt_port, ret_error));
	TRY(zt_options_port("ZT_HTTPS_PORT", 8443, &o.https_port, ret_error));
	const zt_opt options[] = {
		ZT_ACCOUNT_OPTIONS(o.account),
		ZT_NAME_OPTION(o.name),
		{ "device", 0, ZT_OPT_TEXT, &o.device, "ID", "look at this device's certificate and Thing too", 0, 0 },
		{ "mqtt-port", 0, ZT_OPT_NUMBER, &o.mqtt_port, "PORT",
		  "of the devices' endpoint, for MQTT (default $ZT_MQTT_PORT, 8883)", 1, 65535 },
		{ "https-port", 0, ZT_OPT_NUMBER, &o.https_port, "PORT",
		  "of the same, for HTTPS (default $ZT_HTTPS_PORT, 8443)", 1, 65535 },
		{ "ca-file", 0, ZT_OPT_TEXT, &o.ca_file, "FILE", "roots that verify it (default $ZT_CA_FILE, Amazon's)",
		  0, 0 },
		{ "json", 0, ZT_OPT_FLAG, &o.json, NULL, "one object: account, region, endpoint, findings", 0, 0 },
	};
	const zt_command command = {
		.name = "zerotouch doctor",
		.usage = "zerotouch doctor [options]",
		.purpose = "Finds why devices do not come in, with what was seen and what to type. Changes nothing.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch doctor\n  zerotouch doctor --device DEVICE-ID --json | jq .findings\n",
		.exits = "  21: something was found\n",
	};
	TRY(zt_options_read(&command, argc, argv, &result, ret_error));
	if (result.help)
		return ZT_OK;
	return diagnose(&o, ret_error);
}
