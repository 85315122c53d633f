/* Conditions of statements. Inside of the room. */
#ifndef ZT_POLICY_CONDITION_H
#define ZT_POLICY_CONDITION_H

#include "policy/compiled.h"
#include "policy/evaluate.h"

/* Whether all of them hold. */
bool zt_conditions_hold(const zt_policy *policy, zt_span conditions, const zt_policy_values *values);

/* Values as policies and requests write them; false when the text is no such value. */
bool zt_number_of(zt_view text, double *ret);
/* ISO 8601 in UTC, a date alone, or seconds since 1970. */
bool zt_date_of(zt_view text, int64_t *ret_ms);
/* "203.0.113.0/24", "2001:db8::1"; without a length it is one address. */
bool zt_ip_range_of(zt_view text, zt_ip_range *ret);

#endif
