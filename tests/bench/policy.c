/* What one decision costs: a policy as long as AWS takes it, 2,048 characters, full of variables, whose last statement
 * is the one that allows. Prints nanoseconds a decision, for one that is allowed and one that is not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "policy/evaluate.h"

enum { CHARS = 2048, ROUNDS = 200 * 1000, RUNS = 5 };

#define ARN "arn:aws:iot:us-east-1:123456789012:"
static const char head[] = "{\"Version\":\"2012-10-17\",\"Statement\":[";
static const char last[] = "{\"Effect\":\"Allow\",\"Action\":[\"iot:Publish\",\"iot:Receive\"],\"Resource\":\"" ARN
			   "topic/fleet/${iot:Certificate.Subject.CommonName}/${iot:ClientId}/*\"}]}";

static bool value(void *context, zt_view name, size_t index, zt_view *ret)
{
	(void)context;
	if (index > 0)
		return false;
	*ret = zt_view_equal_nocase(name, ZT_LIT("iot:ClientId")) ? ZT_LIT("lamp-00017") : ZT_LIT("0123456789abcdef");
	return true;
}

static void require(zt_status status, const char *what)
{
	if (status == ZT_OK)
		return;
	(void)fprintf(stderr, "bench_policy: %s\n", what);
	exit(1);
}

/* As many statements for others as fit. */
static void write_document(zt_str *out)
{
	char other[512];
	require(zt_str_put_text(out, head), "memory");
	for (unsigned i = 0;; i++) {
		(void)snprintf(other, sizeof other,
			       "{\"Effect\":\"Allow\",\"Action\":\"iot:Publish\",\"Resource\":\"" ARN
			       "topic/plant-%u/${iot:Certificate.Subject.CommonName}/*/${iot:ClientId}\"},",
			       i);
		if (zt_str_view(out).n + strlen(other) + strlen(last) > CHARS)
			break;
		require(zt_str_put_text(out, other), "memory");
	}
	require(zt_str_put_text(out, last), "memory");
}

static double ns_a_decision(const zt_policy *policy, zt_view topic, zt_decision_kind expected)
{
	const zt_policy_request request = { .action = ZT_LIT("iot:Publish"),
					    .resource = topic,
					    .values = { value, NULL } };
	double best = 0;
	for (unsigned run = 0; run < RUNS; run++) {
		struct timespec from, to;
		(void)clock_gettime(CLOCK_MONOTONIC, &from);
		for (unsigned i = 0; i < ROUNDS; i++)
			if (zt_policy_evaluate(&policy, 1, &request).kind != expected)
				require(ZT_E_FAILED, "another decision than expected");
		(void)clock_gettime(CLOCK_MONOTONIC, &to);
		double ns = ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / ROUNDS;
		best = run == 0 || ns < best ? ns : best;
	}
	return best;
}

int main(void)
{
	zt_policy *policy = NULL;
	zt_error error = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(2 * CHARS);
	write_document(&text);
	require(zt_policy_parse(zt_str_view(&text), ZT_POLICY_IOT, &policy, &error), error.text);
	double allowed =
	    ns_a_decision(policy, ZT_LIT(ARN "topic/fleet/0123456789abcdef/lamp-00017/state"), ZT_DECISION_ALLOW);
	double refused = ns_a_decision(policy, ZT_LIT(ARN "topic/fleet/0123456789abcdef/lamp-00018/state"),
				       ZT_DECISION_IMPLICIT_DENY);
	(void)printf("{\"chars\":%zu,\"allowedNs\":%.0f,\"refusedNs\":%.0f}\n", zt_policy_chars(zt_str_view(&text)),
		     allowed, refused);
	zt_policy_free(policy);
	return 0;
}
