/* A request against documents, in one line of a test. */
#ifndef ZT_TESTS_UNIT_POLICY_DECIDE_H
#define ZT_TESTS_UNIT_POLICY_DECIDE_H

#include <string.h>

#include "policy/evaluate.h"
#include "zt_cmocka.h"

/* "name=value"; a name that comes more than once has several values. NULL ends the list. */
static inline bool listed_value(void *context, zt_view name, size_t index, zt_view *ret)
{
	for (const char *const *pair = context; *pair; pair++) {
		zt_view text = zt_view_of(*pair);
		size_t equal = zt_view_find(text, '=');
		if (!zt_view_equal_nocase(name, zt_view_make(text.p, equal)) || index-- > 0)
			continue;
		*ret = zt_view_from(text, equal + 1);
		return true;
	}
	return false;
}

typedef struct {
	zt_policy_kind kind;
	const char *document;
	const char *action, *resource, *principal;
	const char *const *values;
} zt_case;

static inline zt_decision decide(const zt_case *c, zt_policy **ret_policy)
{
	static const char *const none[] = { NULL };
	zt_error error = { 0 };
	if (zt_policy_parse(zt_view_of(c->document), c->kind, ret_policy, &error) != ZT_OK)
		fail_msg("%s in %s", error.text, c->document);
	zt_policy_request request = { zt_view_of(c->action),
				      zt_view_of(c->resource),
				      zt_view_of(c->principal),
				      { listed_value, (void *)(uintptr_t)(c->values ? c->values : none) } };
	const zt_policy *policies[] = { NULL, *ret_policy };
	return zt_policy_evaluate(policies, 2, &request);
}

static inline void assert_case(const zt_case *c, zt_decision_kind expected)
{
	zt_policy *policy = NULL;
	zt_decision decision = decide(c, &policy);
	if (decision.kind != expected)
		fail_msg("%s on %s gave %d, expected %d, by %s", c->action, c->resource, decision.kind, expected,
			 c->document);
	zt_policy_free(policy);
}

#define VERSION "\"Version\":\"2012-10-17\""
#define IOT(service) "arn:aws:iot:us-east-1:123456789012:" service

#endif
