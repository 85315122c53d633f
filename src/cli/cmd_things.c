/* zerotouch things: the Things with the devices and certificates that they stand for. */
#include <stdio.h>

#include "aws/iot_thing.h"
#include "base/json.h"
#include "base/options.h"
#include "cli/account.h"
#include "cli/output.h"
#include "cli/verbs.h"

static const char *attribute(const json_t *thing, const char *name)
{
	const char *value = zt_json_text(json_object_get(thing, "attributes"), name);
	return value ? value : "";
}

static zt_status add_thing(void *context, const json_t *thing, zt_error *ret_error)
{
	(void)ret_error;
	const char *type = zt_json_text(thing, "thingTypeName");
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "thingName", zt_json_text(thing, "thingName"),
				"thingTypeName", type ? type : "", "deviceId", attribute(thing, "deviceId"),
				"certificateId", attribute(thing, "certificateId"), "tenant",
				attribute(thing, "tenant"), "notBefore", attribute(thing, "notBefore"));
	return row && json_array_append_new(context, row) == 0 ? ZT_OK : ZT_E_NOMEM;
}

/* --json has the ids whole. */
static const zt_column columns[] = { { "THING", "thingName", 0 },
				     { "DEVICE", "deviceId", 16 },
				     { "CERTIFICATE", "certificateId", 16 },
				     { "TENANT", "tenant", 0 } };

zt_status zt_cmd_things(int argc, char **argv, zt_error *ret_error)
{
	zt_account_options account = { 0 };
	const char *type = "";
	bool json = false;
	const zt_opt options[] = { ZT_ACCOUNT_OPTIONS(account),
				   { "type", 0, ZT_OPT_TEXT, &type, "NAME", "only Things of this thing type", 0, 0 },
				   { "json", 0, ZT_OPT_FLAG, &json, NULL, "an array of objects", 0, 0 } };
	const zt_command command = {
		.name = "zerotouch things",
		.usage = "zerotouch things [options]",
		.purpose = "Lists the Things with the devices and certificates that they stand for.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch things\n  zerotouch things --json --endpoint-url http://127.0.0.1:4566\n"
	};
	zt_opt_result result;
	TRY(zt_options_read(&command, argc, argv, &result, ret_error));
	if (result.help)
		return ZT_OK;
	ZT_CLEANUP(zt_account_close) zt_account_session session = { 0 };
	ZT_JSON_CLEANUP json_t *things = json_array();
	const zt_iot_thing_filter filter = { .type = zt_view_of(type) };
	ENSURE(things, ZT_E_NOMEM);
	TRY(zt_account_open(&account, &session, ret_error));
	TRY(zt_iot_thing_each(session.client, &filter, add_thing, things, ret_error));
	if (json)
		return zt_output_json(things);
	zt_output_table(columns, ZT_COUNT(columns), things);
	return ZT_OK;
}
