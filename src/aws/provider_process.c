/* credential_process: a program of somebody else that prints keys (AWS SDKs and Tools Reference Guide, "Process
 * credential provider"). */
#include "aws/credentials_json.h"
#include "aws/provider.h"
#include "base/capture.h"
#include "base/words.h"

static zt_status refuse(const zt_aws_settings *settings, const char *why, zt_error *ret_error)
{
	return zt_error_set(ret_error, ZT_E_CREDENTIALS, "credential_process of profile %.*s: %s",
			    ZT_PRI(settings->name), why);
}

/* What it printed may hold a secret and is never shown. */
static zt_status read_output(const zt_aws_settings *settings, zt_view output, zt_aws_found *ret, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	zt_error cause = { 0 };
	if (zt_json_parse(output, &answer, NULL) != ZT_OK || !json_is_object(answer))
		return refuse(settings, "it prints no JSON object", ret_error);
	if (json_integer_value(json_object_get(answer, "Version")) != 1)
		return refuse(settings, "it prints another Version than 1", ret_error);
	if (zt_aws_credentials_read(answer, "SessionToken", "its output", &ret->credentials, &cause) != ZT_OK)
		return refuse(settings, cause.text, ret_error);
	(void)snprintf(ret->source, sizeof ret->source, "credential_process of profile %.*s", ZT_PRI(settings->name));
	return ZT_OK;
}

zt_status zt_aws_provide_process(const zt_aws_settings *settings, zt_aws_found *ret, zt_error *ret_error)
{
	zt_view text = zt_aws_setting(settings, "credential_process");
	char command[ZT_WORDS_TEXT_MAX], why[64];
	zt_words words;
	zt_error cause = { 0 };
	int exit_status = -1;
	ZT_CLEANUP(zt_str_free_wiped) zt_str output = ZT_STR(ZT_AWS_PROCESS_OUTPUT_MAX);
	if (text.n == 0)
		return ZT_E_NOT_FOUND;
	if (zt_text_copy(command, sizeof command, text) != ZT_OK)
		return refuse(settings, "the command is too long", ret_error);
	if (zt_words_split(command, &words, &cause) != ZT_OK ||
	    zt_capture(words.argv, ZT_CAPTURE_OUTPUT, ZT_AWS_PROCESS_MS, &output, &exit_status, &cause) != ZT_OK)
		return refuse(settings, cause.text, ret_error);
	if (exit_status != 0) {
		(void)snprintf(why, sizeof why, "it ended with status %d", exit_status);
		return refuse(settings, why, ret_error);
	}
	return read_output(settings, zt_str_view(&output), ret, ret_error);
}
