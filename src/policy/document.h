/* Policy documents, parsed once into a form that is cheap to evaluate (AWS IoT policies; IAM JSON policy elements).
 *
 * Pure: no I/O, no clock, no globals. Shared by gateway, control plane and command line. */
#ifndef ZT_POLICY_DOCUMENT_H
#define ZT_POLICY_DOCUMENT_H

#include "base/error.h"
#include "zerotouch/view.h"

typedef struct zt_policy zt_policy;

typedef enum {
	ZT_POLICY_IOT,      /* no Principal; MalformedPolicyException */
	ZT_POLICY_IDENTITY, /* IAM inline policy: no Principal; MalformedPolicyDocument */
	ZT_POLICY_TRUST,    /* role trust and other resource policies: Principal required, Resource optional */
} zt_policy_kind;

enum {
	ZT_POLICY_BYTES_MAX = 20 * 1024,
	ZT_POLICY_STATEMENTS_MAX = 128,
	ZT_POLICY_PATTERNS_MAX = 512, /* actions and resources of one statement */
};

/* Effect, Action or NotAction, Resource or NotResource, Condition with the operators that AWS lists (String*, Numeric*,
 * Date*, Bool, IpAddress, Arn*, Null; IfExists; ForAllValues/ForAnyValue), Sid, Version, Id. Unknown members are
 * refused. ZT_E_INVALID with `code` set to the exception's name and one line that names the member. */
ZT_NODISCARD zt_status zt_policy_parse(zt_view json, zt_policy_kind kind, zt_policy **ret, zt_error *ret_error);
void zt_policy_free(zt_policy *policy);
ZT_DEFINE_CLEANUP(zt_policy, zt_policy_free)

/* Characters of a document without white space: what the quota of 2,048 counts (AWS IoT Core quotas, "Policy document
 * size"). */
size_t zt_policy_chars(zt_view json);

#endif
