/* The Instance Metadata Service, version 2 alone: version 1 answers whoever can make the machine fetch an address. */
#include <string.h>

#include "aws/endpoint.h"
#include "aws/metadata.h"
#include "aws/provider.h"

#define IPV4_ORIGIN "http://169.254.169.254"
#define IPV6_ORIGIN "http://[fd00:ec2::254]"
#define KEYS_PATH "/latest/meta-data/iam/security-credentials/"

enum {
	TIMEOUT_DEFAULT_S = 1, /* AWS_METADATA_SERVICE_TIMEOUT, and tries: the defaults of the AWS CLI */
	TIMEOUT_MAX_S = 60,
	TRIES_DEFAULT = 1,
	TRIES_MAX = 10,
	ROLE_NAME_MAX = 64,
	TOKEN_SECONDS = 21600,
};

static unsigned number_of(const char *variable, unsigned standard, unsigned max)
{
	uint64_t number;
	if (!zt_view_to_u64(zt_view_of(getenv(variable)), &number) || number < 1)
		return standard;
	return number < max ? (unsigned)number : max;
}

static bool is_true(const char *variable)
{
	return zt_view_equal_nocase(zt_view_of(getenv(variable)), ZT_LIT("true"));
}

static zt_status find_origin(zt_aws_url origin, zt_error *ret_error)
{
	zt_view given = zt_view_of(getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT"));
	zt_view mode = zt_view_of(getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"));
	if (given.n == 0)
		return zt_text_copy(origin, sizeof(zt_aws_url),
				    zt_view_equal_nocase(mode, ZT_LIT("ipv6")) ? ZT_LIT(IPV6_ORIGIN)
									       : ZT_LIT(IPV4_ORIGIN));
	while (zt_view_ends(given, ZT_LIT("/")))
		given.n--;
	if ((!zt_view_starts(given, ZT_LIT("http://")) && !zt_view_starts(given, ZT_LIT("https://"))) ||
	    zt_text_copy(origin, sizeof(zt_aws_url), given) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "AWS_EC2_METADATA_SERVICE_ENDPOINT is no http:// URL");
	return ZT_OK;
}

typedef struct {
	const zt_aws_http *http;
	zt_aws_url origin;
	zt_str token;
	zt_aws_http_response response;
} instance;

static void instance_free(instance *i)
{
	zt_str_free_wiped(&i->token);
	zt_aws_http_response_free(&i->response);
}

static zt_status ask(instance *i, const char *method, const char *target, const char *header, zt_view value,
		     zt_error *ret_error)
{
	const unsigned tries = number_of("AWS_METADATA_SERVICE_NUM_ATTEMPTS", TRIES_DEFAULT, TRIES_MAX);
	const unsigned seconds = number_of("AWS_METADATA_SERVICE_TIMEOUT", TIMEOUT_DEFAULT_S, TIMEOUT_MAX_S);
	const zt_aws_metadata_request request = { .method = method,
						  .origin = i->origin,
						  .target = zt_view_of(target),
						  .header = header,
						  .value = value,
						  .timeout_ms = (int)seconds * 1000,
						  .tries = tries };
	return zt_aws_metadata_ask(i->http, &request, &i->response, ret_error);
}

/* ZT_E_NOT_FOUND when there is no such service. */
static zt_status open_session(instance *i, zt_error *ret_error)
{
	char seconds[16];
	(void)snprintf(seconds, sizeof seconds, "%d", TOKEN_SECONDS);
	if (is_true("AWS_EC2_METADATA_DISABLED") || !i->http->perform)
		return ZT_E_NOT_FOUND;
	TRY(find_origin(i->origin, ret_error));
	zt_status status =
	    ask(i, "PUT", "/latest/api/token", "x-aws-ec2-metadata-token-ttl-seconds", zt_view_of(seconds), ret_error);
	if (zt_aws_metadata_is_silence(status))
		return ZT_E_NOT_FOUND;
	TRY(status);
	zt_view token = zt_view_trim(zt_str_view(&i->response.body));
	for (size_t n = 0; n < token.n; n++)
		if (token.p[n] <= ' ' || token.p[n] >= 0x7f)
			token.n = 0;
	if (token.n == 0)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "%s gives no token of one line", i->origin);
	return zt_str_put(&i->token, token);
}

static zt_status get(instance *i, const char *target, zt_error *ret_error)
{
	return ask(i, "GET", target, "x-aws-ec2-metadata-token", zt_str_view(&i->token), ret_error);
}

static bool is_role_name(zt_view name)
{
	for (size_t n = 0; n < name.n; n++)
		if (!name.p[n] ||
		    !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+=,.@-", name.p[n]))
			return false;
	return name.n > 0 && name.n <= ROLE_NAME_MAX;
}

static zt_status read_keys(instance *i, zt_aws_found *ret, zt_error *ret_error)
{
	char target[sizeof KEYS_PATH + ROLE_NAME_MAX];
	TRY(get(i, KEYS_PATH, ret_error));
	zt_view name = zt_view_trim(zt_str_view(&i->response.body));
	name.n = zt_view_find(name, '\n');
	name = zt_view_trim(name);
	if (name.n == 0)
		return ZT_E_NOT_FOUND;
	if (!is_role_name(name))
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "%s answers with no role's name", i->origin);
	(void)snprintf(target, sizeof target, KEYS_PATH "%.*s", ZT_PRI(name));
	TRY(get(i, target, ret_error));
	TRY(zt_aws_metadata_keys(&i->response, "the instance", &ret->credentials, ret_error));
	(void)snprintf(ret->source, sizeof ret->source, "instance (%s)", target + sizeof KEYS_PATH - 1);
	return ZT_OK;
}

zt_status zt_aws_provide_instance(const zt_aws_http *http, zt_aws_found *ret, zt_error *ret_error)
{
	ZT_CLEANUP(instance_free)
	instance i = { .http = http,
		       .token = ZT_STR(ZT_AWS_METADATA_ANSWER_MAX),
		       .response = { .body = ZT_STR(ZT_AWS_METADATA_ANSWER_MAX) } };
	zt_error cause = { 0 };
	zt_status status = open_session(&i, &cause);
	if (status == ZT_OK)
		status = read_keys(&i, ret, &cause);
	if (status == ZT_OK || status == ZT_E_NOT_FOUND)
		return status;
	return zt_error_set(ret_error, status == ZT_E_CONFIG ? status : ZT_E_CREDENTIALS,
			    "the instance's credentials: %s", cause.text);
}

zt_status zt_aws_instance_region(const zt_aws_http *http, zt_str *ret, zt_error *ret_error)
{
	ZT_CLEANUP(instance_free)
	instance i = { .http = http,
		       .token = ZT_STR(ZT_AWS_METADATA_ANSWER_MAX),
		       .response = { .body = ZT_STR(ZT_AWS_METADATA_ANSWER_MAX) } };
	TRY(open_session(&i, ret_error));
	TRY(get(&i, "/latest/meta-data/placement/region", ret_error));
	return zt_str_put(ret, zt_str_view(&i.response.body));
}
