/* credentials_oracle PROFILE: what the library finds in this environment, as one JSON object. PROFILE "" is none. A
 * test's program: the keys that it prints are no secrets. */
#include <stdio.h>

#include "aws/http_curl.h"
#include "aws/profile.h"
#include "base/json.h"

static int tell(json_t *answer)
{
	char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
	(void)printf("%s\n", text ? text : "");
	free(text);
	json_decref(answer);
	return text ? 0 : 1;
}

int main(int argc, char **argv)
{
	zt_error error = { 0 };
	ZT_CLEANUP(zt_aws_http_curl_freep) zt_aws_http_curl *curl = NULL;
	ZT_CLEANUP(zt_aws_profile_wipe) zt_aws_profile profile = { .region = "" };
	if (argc != 2 || zt_aws_http_curl_new(NULL, &curl, NULL) != ZT_OK)
		return 2;
	const zt_aws_profile_spec spec = { .profile = argv[1][0] ? argv[1] : NULL,
					   .http = zt_aws_http_curl_seam(curl) };
	zt_status status = zt_aws_profile_load(&spec, &profile, &error);
	if (status != ZT_OK)
		return tell(json_pack("{s:s, s:s, s:s}", "status", zt_status_name(status), "text", error.text,
				      "requestId", error.request_id));
	return tell(json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:I}", "status", "ZT_OK", "access",
			      profile.credentials.access_key_id, "secret",
			      zt_json_string(zt_secret_view(&profile.credentials.secret)), "token",
			      zt_json_string(zt_secret_view(&profile.credentials.token)), "region", profile.region,
			      "source", profile.source, "expires", (json_int_t)profile.credentials.expires_ms));
}
