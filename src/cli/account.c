#include "cli/account.h"

#include <stdio.h>

static void tell_wait(void *context, const zt_aws_wait *wait)
{
	(void)context;
	(void)fprintf(stderr, "%s: try %u failed (%s); next one in %.1f s\n", wait->operation, wait->try_number,
		      wait->cause->text[0] ? wait->cause->text : zt_status_text(wait->cause->status),
		      (double)wait->wait_ms / 1000.0);
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
		.on_wait = tell_wait,
		.renew = zt_aws_profile_renew,
		.renew_context = &s->profile,
	};
	return zt_aws_client_new(&spec, &s->client, ret_error);
}

void zt_account_close(zt_account_session *session)
{
	zt_aws_client_free(session->client);
	zt_aws_http_curl_free(session->curl);
	zt_aws_profile_wipe(&session->profile);
}
