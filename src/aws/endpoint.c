#include "aws/endpoint.h"

#include "base/arn.h"

static const struct {
	const char *signing_name, *environment;
} services[ZT_AWS_SERVICE_COUNT] = {
	[ZT_AWS_IOT] = { "iot", "AWS_ENDPOINT_URL_IOT" },
	[ZT_AWS_IOT_DATA] = { "iotdata", "AWS_ENDPOINT_URL_IOT_DATA_PLANE" },
	[ZT_AWS_LAMBDA] = { "lambda", "AWS_ENDPOINT_URL_LAMBDA" },
	[ZT_AWS_IAM] = { "iam", "AWS_ENDPOINT_URL_IAM" },
	[ZT_AWS_STS] = { "sts", "AWS_ENDPOINT_URL_STS" },
	[ZT_AWS_LOGS] = { "logs", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS" },
	[ZT_AWS_OWN] = { "zerotouch", "AWS_ENDPOINT_URL_ZEROTOUCH" },
};

/* IAM is one service a partition, at home in one Region. */
static const struct {
	const char *partition, *suffix, *iam_host, *iam_region;
} partitions[] = {
	{ "aws", "amazonaws.com", "iam.amazonaws.com", "us-east-1" },
	{ "aws-cn", "amazonaws.com.cn", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1" },
	{ "aws-us-gov", "amazonaws.com", "iam.us-gov.amazonaws.com", "us-gov-west-1" },
};

const char *zt_aws_signing_name(zt_aws_service service)
{
	return services[service].signing_name;
}

const char *zt_aws_endpoint_variable(zt_aws_service service)
{
	return services[service].environment;
}

zt_view zt_aws_origin_host(const char *origin)
{
	zt_view host = zt_view_of(origin);
	if (!zt_view_take_prefix(&host, ZT_LIT("https://")))
		(void)zt_view_take_prefix(&host, ZT_LIT("http://"));
	return host;
}

zt_status zt_aws_region_check(zt_view text, char ret_region[ZT_AWS_REGION_MAX + 1], zt_error *ret_error)
{
	bool fits = text.n > 0 && text.n <= ZT_AWS_REGION_MAX;
	for (size_t i = 0; fits && i < text.n; i++)
		fits = text.p[i] && strchr("abcdefghijklmnopqrstuvwxyz0123456789-", text.p[i]);
	if (!fits)
		return zt_error_set(ret_error, ZT_E_CONFIG, "\"%.*s\" is no Region, such as eu-west-1", ZT_PRI(text));
	return zt_text_copy(ret_region, ZT_AWS_REGION_MAX + 1, text);
}

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static const char *from_environment(zt_aws_service service)
{
	const char *ignore = getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
	if (zt_view_equal_nocase(zt_view_of(ignore), ZT_LIT("true")))
		return NULL;
	const char *own = or_null(getenv(services[service].environment));
	return own ? own : or_null(getenv("AWS_ENDPOINT_URL"));
}

static bool is_host_text(zt_view host)
{
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] <= ' ' || host.p[i] >= 0x7f || memchr("/?#@\\", host.p[i], 5))
			return false;
	return host.n > 0;
}

static zt_status use_url(const char *url, char ret_origin[ZT_AWS_ORIGIN_MAX + 1], zt_error *ret_error)
{
	zt_view text = zt_view_of(url), host = zt_aws_origin_host(url);
	if (zt_view_ends(host, ZT_LIT("/"))) {
		host.n--;
		text.n--;
	}
	if (host.p == text.p || !is_host_text(host) || text.n > ZT_AWS_ORIGIN_MAX)
		return zt_error_set(ret_error, ZT_E_CONFIG,
				    "endpoint URL \"%s\" is not http://HOST[:PORT] or https://HOST[:PORT]", url);
	return zt_text_copy(ret_origin, ZT_AWS_ORIGIN_MAX + 1, text);
}

static void own_host(zt_aws_service service, const char *region, zt_aws_endpoint *endpoint)
{
	zt_view partition = zt_arn_partition_of_region(zt_view_of(region));
	size_t p = 0;
	for (size_t i = 0; i < ZT_COUNT(partitions); i++)
		if (zt_view_equal(partition, zt_view_of(partitions[i].partition)))
			p = i;
	if (service == ZT_AWS_IAM) {
		(void)snprintf(endpoint->origin, sizeof endpoint->origin, "https://%s", partitions[p].iam_host);
		(void)snprintf(endpoint->signing_region, sizeof endpoint->signing_region, "%s",
			       partitions[p].iam_region);
	} else if (service != ZT_AWS_IOT_DATA && service != ZT_AWS_OWN) {
		(void)snprintf(endpoint->origin, sizeof endpoint->origin, "https://%s.%s.%s",
			       services[service].signing_name, region, partitions[p].suffix);
	}
}

zt_status zt_aws_endpoint_resolve(zt_aws_service service, const char *region, const char *url, const char *profile_url,
				  zt_aws_endpoint *ret, zt_error *ret_error)
{
	zt_aws_endpoint endpoint = { 0 };
	TRY(zt_aws_region_check(zt_view_of(region), endpoint.signing_region, ret_error));
	own_host(service, region, &endpoint);
	const char *given = or_null(url);
	if (!given)
		given = from_environment(service);
	if (!given)
		given = or_null(profile_url);
	if (given) {
		TRY(use_url(given, endpoint.origin, ret_error));
		endpoint.given = true;
	}
	*ret = endpoint;
	return ZT_OK;
}
