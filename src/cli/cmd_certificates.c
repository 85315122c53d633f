/* zerotouch certificates: the device certificates and their states. */
#include <stdio.h>
#include <string.h>

#include "aws/iot_certificate.h"
#include "base/json.h"
#include "base/options.h"
#include "base/timefmt.h"
#include "cli/account.h"
#include "cli/output.h"
#include "cli/verbs.h"

static zt_status add_certificate(void *context, const json_t *item, zt_error *ret_error)
{
	(void)ret_error;
	char created[ZT_TIME_TEXT_MAX];
	zt_time_iso8601((int64_t)(json_number_value(json_object_get(item, "creationDate")) * 1000.0), created);
	json_t *row = json_pack("{s:s, s:s, s:s, s:s}", "certificateId", zt_json_text(item, "certificateId"), "status",
				zt_json_text(item, "status"), "created", created, "certificateArn",
				zt_json_text(item, "certificateArn"));
	return row && json_array_append_new(context, row) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static const zt_column columns[] = { { "CERTIFICATE", "certificateId", 0 },
				     { "STATUS", "status", 0 },
				     { "REGISTERED", "created", 0 } };

zt_status zt_cmd_certificates(int argc, char **argv, zt_error *ret_error)
{
	static const zt_verb verbs[] = { { "prune", "remove those that are expired or replaced",
					   zt_cmd_certificates_prune } };
	if (argc > 1 && strcmp(argv[1], verbs[0].name) == 0)
		return verbs[0].run(argc - 1, argv + 1, ret_error);
	zt_account_options account = { 0 };
	const char *ca = "";
	bool json = false;
	const zt_opt options[] = { ZT_ACCOUNT_OPTIONS(account),
				   { "ca", 0, ZT_OPT_TEXT, &ca, "ID", "only certificates of this CA certificate", 0,
				     0 },
				   { "json", 0, ZT_OPT_FLAG, &json, NULL, "an array of objects", 0, 0 } };
	const zt_command command = {
		.name = "zerotouch certificates",
		.usage = "zerotouch certificates [options]\n       zerotouch certificates COMMAND [options]",
		.purpose = "Lists the device certificates with their states.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch certificates\n"
			    "  zerotouch certificates prune\n"
			    "  zerotouch certificates --json --ca CA-CERTIFICATE-ID\n",
		.verbs = verbs,
		.verb_count = ZT_COUNT(verbs),
	};
	zt_opt_result result;
	TRY(zt_options_read(&command, argc, argv, &result, ret_error));
	if (result.help)
		return ZT_OK;
	ZT_CLEANUP(zt_account_close) zt_account_session session = { 0 };
	ZT_JSON_CLEANUP json_t *certificates = json_array();
	ENSURE(certificates, ZT_E_NOMEM);
	TRY(zt_account_open(&account, &session, ret_error));
	TRY(zt_iot_certificate_each(session.client, zt_view_of(ca), add_certificate, certificates, ret_error));
	if (json)
		return zt_output_json(certificates);
	zt_output_table(columns, ZT_COUNT(columns), certificates);
	return ZT_OK;
}
