/* The AWS account that a verb works on: credentials, Region and endpoint as AWS's own tools find them. */
#ifndef ZT_CLI_ACCOUNT_H
#define ZT_CLI_ACCOUNT_H

#include "aws/client.h"
#include "aws/http_curl.h"
#include "aws/profile.h"
#include "base/options.h"

typedef struct {
	const char *endpoint_url, *profile, *region, *account; /* options; NULL when not given */
	unsigned call_timeout_s, retry_budget_s;               /* 0 when not given */
} zt_account_options;

enum {
	ZT_CALL_TIMEOUT_MAX_S = 3600,
	ZT_RETRY_BUDGET_DEFAULT_S = 300,
	ZT_RETRY_BUDGET_MAX_S = 86400,
};

/* Rows of a verb's option table. */
#define ZT_ACCOUNT_OPTIONS(o)                                                                                               \
	{                                                                                                                   \
		"endpoint-url",                                                                                             \
		0,                                                                                                          \
		ZT_OPT_TEXT,                                                                                                \
		&(o).endpoint_url,                                                                                          \
		"URL",                                                                                                      \
		"another AWS, such as http://127.0.0.1:4566",                                                               \
		0,                                                                                                          \
		0                                                                                                           \
	},                                                                                                                  \
	    { "profile", 0, ZT_OPT_TEXT, &(o).profile, "NAME", "profile of ~/.aws (default $AWS_PROFILE, default)", 0, 0 }, \
	    { "region", 0, ZT_OPT_TEXT, &(o).region, "NAME", "Region (default $AWS_REGION, the profile's)", 0, 0 },         \
	    { "account", 0, ZT_OPT_TEXT, &(o).account, "NUMBER", "refuse credentials of any other account", 0, 0 },         \
	    { "call-timeout",                                                                                               \
	      0,                                                                                                            \
	      ZT_OPT_NUMBER,                                                                                                \
	      &(o).call_timeout_s,                                                                                          \
	      "SECONDS",                                                                                                    \
	      "of one call with all its tries (default 60)",                                                                \
	      1,                                                                                                            \
	      ZT_CALL_TIMEOUT_MAX_S },                                                                                      \
	{                                                                                                                   \
		"retry-budget", 0, ZT_OPT_NUMBER, &(o).retry_budget_s, "SECONDS",                                           \
		    "for all tries that fail in this run (default 300)", 1, ZT_RETRY_BUDGET_MAX_S                           \
	}

/* A row too, of the verbs that need nothing of a set-up but its name. */
#define ZT_NAME_OPTION(target)                                                                       \
	{                                                                                            \
		"name", 0, ZT_OPT_TEXT, &(target), "NAME", "of the set-up (default zerotouch)", 0, 0 \
	}

typedef struct {
	zt_aws_profile profile;
	zt_aws_http_curl *curl;
	zt_aws_client *client;
} zt_account_session;

/* Asks nobody but those who hand out credentials, and STS for the account when one is given. Waits before tries are
 * told on standard error. The session must not move while it is open. */
ZT_NODISCARD zt_status zt_account_open(const zt_account_options *options, zt_account_session *ret, zt_error *ret_error);
/* Wipes the keys. A zeroed one is fine. */
void zt_account_close(zt_account_session *session);

#endif
