/* A policy document is parsed as each kind and asked about a request. */
#include "policy/evaluate.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Every second name has values, so that both ways of a variable are walked. */
static bool value(void *context, zt_view name, size_t index, zt_view *ret)
{
	(void)context;
	if (name.n % 2 || index > 2)
		return false;
	*ret = index ? ZT_LIT("203.0.113.7") : ZT_LIT("lamp");
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const zt_policy_kind kinds[] = { ZT_POLICY_IOT, ZT_POLICY_IDENTITY, ZT_POLICY_TRUST };
	for (size_t i = 0; i < ZT_COUNT(kinds); i++) {
		ZT_CLEANUP(zt_policy_freep) zt_policy *policy = NULL;
		zt_error error;
		if (zt_policy_parse(zt_view_make(bytes, n), kinds[i], &policy, &error) != ZT_OK)
			continue;
		const zt_policy *policies[] = { policy };
		zt_policy_request request = { ZT_LIT("iot:Publish"),
					      ZT_LIT("arn:aws:iot:us-east-1:123456789012:topic/dt/lamp/a"),
					      ZT_LIT("lambda.amazonaws.com"),
					      { value, NULL } };
		zt_decision decision = zt_policy_evaluate(policies, 1, &request);
		char text[64];
		zt_decision_text(&decision, text, sizeof text);
	}
	return 0;
}
