#include "setup/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "aws/http.h"
#include "base/json.h"

enum { REMEDY_MAX = 1024, ACTION_MAX = 64 };

#define FINDING_ROW(enumerator, name, problem) { name, problem },
static const struct {
	const char *name, *problem;
} rows[] = { ZT_FINDING_LIST(FINDING_ROW) };
#undef FINDING_ROW

static bool is_there(const json_t *findings, const char *name, const char *about)
{
	for (size_t i = 0; i < json_array_size(findings); i++) {
		const json_t *one = json_array_get(findings, i);
		if (zt_view_equal(zt_json_view(one, "finding"), zt_view_of(name)) &&
		    zt_view_equal(zt_json_view(one, "about"), zt_view_of(about)))
			return true;
	}
	return false;
}

zt_status zt_finding_add(json_t *findings, zt_finding finding, const char *about, const char *evidence,
			 const char *remedy, ...)
{
	char text[REMEDY_MAX];
	va_list args;
	if (is_there(findings, rows[finding].name, about))
		return ZT_OK;
	va_start(args, remedy);
	(void)vsnprintf(text, sizeof text, remedy, args);
	va_end(args);
	json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:s}", "finding", rows[finding].name, "about", about, "problem",
				rows[finding].problem, "evidence", evidence, "remedy", text);
	return json_array_append_new(findings, one) == 0 ? ZT_OK : ZT_E_NOMEM;
}

/* "… is not authorized to perform: iot:GetPolicy on resource: …", or "… iot:Publish and …": AWS's words and ours. */
static void action_of(const char *text, char ret_action[ACTION_MAX])
{
	static const char *const services[] = { "iot:", "iam:", "lambda:", "logs:", "sts:" };
	const char *from = strstr(text, "perform: "), *found = NULL;
	from = from ? from : text;
	for (size_t i = 0; i < ZT_COUNT(services); i++) {
		const char *at = strstr(from, services[i]);
		/* Within an ARN a colon stands before it. */
		if (at && (at == from || at[-1] == ' ') && (!found || at < found))
			found = at;
	}
	static const char letters[] = ":abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	(void)snprintf(ret_action, ACTION_MAX, "%.*s", found ? (int)strspn(found, letters) : ACTION_MAX,
		       found ? found : "an action");
}

/* AWS: RequestTimeTooSkewed, RequestExpired, or a refused signature whose text speaks of the time. */
static bool is_about_time(const zt_error *error)
{
	return strstr(error->code, "TimeTooSkewed") || strcmp(error->code, "RequestExpired") == 0 ||
	       strstr(error->text, "Signature expired") || strstr(error->text, "Signature not yet current");
}

static zt_status add_credentials(json_t *findings, const char *about, const zt_error *error)
{
	if (!error->http)
		return zt_finding_add(
		    findings, ZT_FIND_CREDENTIALS_MISSING, about, error->text,
		    "aws configure, or set AWS_PROFILE; on this machine alone: eval \"$(zerotouch local env)\"");
	if (is_about_time(error))
		return zt_finding_add(findings, ZT_FIND_CLOCK, about, error->text, "timedatectl set-ntp true");
	return zt_finding_add(findings, ZT_FIND_CREDENTIALS_REFUSED, about, error->text,
			      "aws sts get-caller-identity, and renew what it does not accept");
}

zt_status zt_finding_of_error(json_t *findings, const char *about, const zt_error *error)
{
	char action[ACTION_MAX];
	if (error->http && is_about_time(error))
		return add_credentials(findings, about, error);
	switch (error->status) {
	case ZT_E_CREDENTIALS:
		return add_credentials(findings, about, error);
	case ZT_E_CONFIG:
		return zt_finding_add(findings, ZT_FIND_CONFIGURATION, about, error->text,
				      "aws configure set region REGION, or set AWS_REGION");
	case ZT_E_NETWORK:
	case ZT_E_TIMEOUT:
	case ZT_E_CLOSED:
	case ZT_E_PROTOCOL:
	case ZT_E_UNAVAILABLE:
	case ZT_E_THROTTLED:
		if (strcmp(error->code, ZT_AWS_UNKNOWN_HOST) == 0)
			return zt_finding_add(findings, ZT_FIND_ENDPOINT_UNKNOWN, about, error->text,
					      "check the Region, --endpoint-url, AWS_ENDPOINT_URL, HTTPS_PROXY and "
					      "/etc/resolv.conf");
		return zt_finding_add(
		    findings, ZT_FIND_ENDPOINT_UNREACHABLE, about, error->text,
		    "check --endpoint-url, AWS_ENDPOINT_URL, HTTPS_PROXY and the network; here: zerotouch local up");
	case ZT_E_TLS:
		return zt_finding_add(findings, ZT_FIND_ENDPOINT_NOT_TRUSTED, about, error->text,
				      "set AWS_CA_BUNDLE to the roots of the proxy or endpoint that is meant");
	case ZT_E_DENIED:
		action_of(error->text, action);
		return zt_finding_add(findings, ZT_FIND_ACTION_DENIED, action, error->text,
				      "zerotouch setup --print-operator-policy, and give it to these credentials");
	default:
		return error->status;
	}
}
