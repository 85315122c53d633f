/* zerotouch why: the refusals of the local device gateway, each with its reason and its remedy. */
#include <stdio.h>

#include "aws/own.h"
#include "base/json.h"
#include "base/options.h"
#include "cli/account.h"
#include "cli/ending.h"
#include "cli/output.h"
#include "cli/verbs.h"

enum { LOOK_AGAIN_MS = 300 };

typedef struct {
	zt_account_options account;
	const char *device;
	bool follow, json;
} why_options;

static void print_member(const json_t *refusal, const char *label, const char *member)
{
	const char *text = zt_json_text(refusal, member);
	if (text && text[0])
		(void)printf("  %-12s %s\n", label, text);
}

static void print_refusal(const json_t *refusal)
{
	(void)printf("%s  %s\n", zt_json_text(refusal, "time"), zt_json_text(refusal, "rule"));
	(void)printf("  %-12s %s\n", "because", zt_json_text(refusal, "reason"));
	print_member(refusal, "", "detail");
	print_member(refusal, "attempted", "attempted");
	print_member(refusal, "device", "deviceId");
	print_member(refusal, "certificate", "certificateId");
	print_member(refusal, "client id", "clientId");
	(void)printf("  %-12s %s, to port %lld\n", "from", zt_json_text(refusal, "peer"),
		     (long long)json_integer_value(json_object_get(refusal, "port")));
	(void)printf("  %-12s %s\n", "remedy", zt_json_text(refusal, "remedy"));
}

static zt_status print_all(const why_options *o, const json_t *refusals)
{
	size_t index;
	json_t *refusal;
	json_array_foreach(refusals, index, refusal) {
		if (o->json)
			TRY(zt_output_json(refusal));
		else
			print_refusal(refusal);
	}
	return fflush(stdout) == 0 ? ZT_OK : ZT_E_IO;
}

/* Those that came since the last look. The gateway began to count anew when its last number is behind ours. */
static zt_status look(const why_options *o, zt_aws_client *client, uint64_t *after, size_t *ret_count,
		      zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	TRY(zt_own_refusals(client, *after, zt_view_of(o->device), &answer, ret_error));
	const json_t *refusals = json_object_get(answer, "refusals");
	uint64_t last = (uint64_t)json_integer_value(json_object_get(answer, "last"));
	*ret_count = json_array_size(refusals);
	TRY(print_all(o, refusals));
	*after = last < *after ? 0 : last;
	return ZT_OK;
}

static zt_status why(const why_options *o, zt_error *ret_error)
{
	ZT_CLEANUP(zt_account_close) zt_account_session session = { 0 };
	uint64_t after = 0;
	size_t count = 0;
	TRY(zt_end_on_signals(ret_error));
	TRY(zt_account_open(&o->account, &session, ret_error));
	if (!zt_aws_client_origin(session.client, ZT_AWS_OWN)[0])
		return zt_error_set(ret_error, ZT_E_CONFIG,
				    "AWS keeps no record of refusals: give the local cloud's --endpoint-url, or ask "
				    "`zerotouch doctor`, which finds the same causes on AWS");
	TRY(look(o, session.client, &after, &count, ret_error));
	if (count == 0)
		(void)fprintf(stderr, "nobody was refused%s\n", o->follow ? " yet" : "");
	while (o->follow && !zt_ending()) {
		zt_aws_client_pause(session.client, LOOK_AGAIN_MS);
		if (!zt_ending())
			TRY(look(o, session.client, &after, &count, ret_error));
	}
	return ZT_OK;
}

zt_status zt_cmd_why(int argc, char **argv, zt_error *ret_error)
{
	why_options o = { .device = "" };
	const zt_opt options[] = {
		ZT_ACCOUNT_OPTIONS(o.account),
		{ "device", 0, ZT_OPT_TEXT, &o.device, "ID", "only this device id or certificate id, or its beginning",
		  0, 0 },
		{ "follow", 'f', ZT_OPT_FLAG, &o.follow, NULL, "go on with what comes, until interrupted", 0, 0 },
		{ "json", 0, ZT_OPT_FLAG, &o.json, NULL, "one object a line", 0, 0 },
	};
	const zt_command command = {
		.name = "zerotouch why",
		.usage = "zerotouch why [options]",
		.purpose =
		    "Tells why the local device gateway refused whom it refused: AWS hangs up without a word, and "
		    "so does\nthe gateway, but it remembers the last 256.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch why --endpoint-url http://127.0.0.1:4566\n"
			    "  zerotouch why --follow --device 41f3a0\n"
			    "  zerotouch why --json | jq -r .rule | sort | uniq -c\n",
	};
	zt_opt_result result;
	TRY(zt_options_read(&command, argc, argv, &result, ret_error));
	if (result.help)
		return ZT_OK;
	return why(&o, ret_error);
}
