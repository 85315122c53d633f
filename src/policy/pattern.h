/* Patterns of policies: '*', '?', variables; compiled and matched. Inside of the room. */
#ifndef ZT_POLICY_PATTERN_H
#define ZT_POLICY_PATTERN_H

#include "policy/compiled.h"
#include "policy/evaluate.h"

typedef struct {
	bool wildcards, variables; /* what is special in the text; otherwise it stands for itself */
} zt_pattern_syntax;

/* `text` must be in the policy's pool. ZT_E_INVALID with a reason for a broken "${…}". */
ZT_NODISCARD zt_status zt_pattern_compile(zt_policy *policy, zt_view text, zt_pattern_syntax syntax, zt_pattern *ret,
					  zt_error *ret_error);

/* UNRESOLVED: it hangs on a variable that has no usable value. */
typedef enum { ZT_MATCH_NO, ZT_MATCH_YES, ZT_MATCH_UNRESOLVED } zt_match;
zt_match zt_pattern_matches(const zt_policy *policy, const zt_pattern *pattern, zt_view text, bool any_case,
			    const zt_policy_values *values);

#endif
