/* Decides: default deny, a matching Deny wins, else a matching Allow; and says which statement decided. */
#ifndef ZT_POLICY_EVALUATE_H
#define ZT_POLICY_EVALUATE_H

#include "policy/document.h"

/* Values of policy variables and condition keys. Fills *ret with value `index` (0 is the first) of `name`
 * ("iot:ClientId", "iot:Certificate.Subject.CommonName"; matched without case by the implementer) and returns true, or
 * false when it has none. Variables that are missing, over 1,024 bytes or hold one of * $ + ? # make the statement not
 * match (AWS IoT, "certificate policy variables"). The view must stay valid during the evaluation. */
typedef struct {
	bool (*value)(void *context, zt_view name, size_t index, zt_view *ret);
	void *context;
} zt_policy_values;

typedef struct {
	zt_view action;    /* "iot:Publish" */
	zt_view resource;  /* ARN, or empty for actions without one (matches only "*") */
	zt_view principal; /* for ZT_POLICY_TRUST: "lambda.amazonaws.com" or an ARN */
	zt_policy_values values;
} zt_policy_request;

typedef enum { ZT_DECISION_IMPLICIT_DENY, ZT_DECISION_EXPLICIT_DENY, ZT_DECISION_ALLOW } zt_decision_kind;

typedef struct {
	zt_decision_kind kind;
	size_t policy;    /* index of the deciding policy; meaningless for an implicit deny */
	size_t statement; /* index in it, from 0 */
	zt_view sid;      /* its Sid, or empty; borrowed from the policy */
} zt_decision;

/* NULL entries are skipped. No allocation, no I/O. */
zt_decision zt_policy_evaluate(const zt_policy *const *policies, size_t count, const zt_policy_request *request);
/* The first variable in a resource of an Allow for this action that has no usable value here, for whoever asks why
 * nothing allowed it; the empty view when all have one. Borrowed from the policy. */
zt_view zt_policy_lacking(const zt_policy *const *policies, size_t count, const zt_policy_request *request);
/* "allowed by statement 2 (Publish)", "denied by statement 1", "no statement allows it"; NUL-terminated, cut to cap. */
void zt_decision_text(const zt_decision *decision, char *ret_text, size_t cap);

/* '*' any run, '?' one character, everything else literal, with case: the matching of policy resources. Linear in
 * practice: no backtracking beyond the last star. */
bool zt_pattern_match(zt_view pattern, zt_view text);

#endif
