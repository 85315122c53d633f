#include "cli/account.h"

#include <stdio.h>

#include "aws/sts.h"
#include "base/json.h"

static void tell_wait(void *context, const zt_aws_wait *wait)
{
	(void)context;
	(void)fprintf(stderr, "%s; try %u in %.1f s\n", wait->cause->text, wait->try_number + 1,
		      (double)wait->wait_ms / 1000.0);
}

static zt_status check_account(const zt_account_options *options, zt_account_session *s, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *identity = NULL;
	TRY(zt_sts_caller_identity(s->client, &identity, ret_error));
	zt_view account = zt_json_view(identity, "Account");
	if (zt_view_equal(account, zt_view_of(options->account)))
		return ZT_OK;
	return zt_error_set(ret_error, ZT_E_CREDENTIALS,
			    "these credentials (%s) are of account %.*s, not of %s: choose others with --profile",
			    s->profile.source, ZT_PRI(account), options->account);
}

zt_status zt_account_open(const zt_account_options *options, zt_account_session *ret, zt_error *ret_error)
{
	zt_account_session *s = ret;
	*s = (zt_account_session){ 0 };
	TRY(zt_aws_http_curl_new(NULL, &s->curl, ret_error));
	const zt_aws_profile_spec profile = { .profile = options->profile,
					      .region = options->region,
					      .endpoint_url = options->endpoint_url,
					      .http = zt_aws_http_curl_seam(s->curl),
					      .on_wait = tell_wait };
	TRY(zt_aws_profile_load(&profile, &s->profile, ret_error));
	const zt_aws_client_spec spec = {
		.http = zt_aws_http_curl_seam(s->curl),
		.credentials = &s->profile.credentials,
		.region = s->profile.region,
		.endpoint_url = options->endpoint_url,
		.profile_endpoint_urls = s->profile.endpoint_urls,
		.budget_ms = (int64_t)options->call_timeout_s * 1000,
		.retry_budget_ms =
		    (options->retry_budget_s ? (int64_t)options->retry_budget_s : ZT_RETRY_BUDGET_DEFAULT_S) * 1000,
		.on_wait = tell_wait,
		.renew = zt_aws_profile_renew,
		.renew_context = &s->profile,
	};
	TRY(zt_aws_client_new(&spec, &s->client, ret_error));
	return options->account ? check_account(options, s, ret_error) : ZT_OK;
}

void zt_account_close(zt_account_session *session)
{
	zt_aws_client_free(session->client);
	zt_aws_http_curl_free(session->curl);
	zt_aws_profile_wipe(&session->profile);
}
