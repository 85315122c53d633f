/* The steps of zt_policy_parse. Inside of the room. */
#ifndef ZT_POLICY_PARSE_H
#define ZT_POLICY_PARSE_H

#include "base/json.h"
#include "policy/compiled.h"

/* Reasons are plain; zt_policy_parse adds the exception's name. */
ZT_NODISCARD zt_status zt_statement_parse(zt_policy *policy, const json_t *statement, zt_error *ret_error);
ZT_NODISCARD zt_status zt_conditions_parse(zt_policy *policy, const json_t *conditions, zt_span *ret,
					   zt_error *ret_error);

/* Calls `each` for a string, or for every string of an array that is not empty. */
typedef zt_status (*zt_text_fn)(zt_policy *policy, zt_view text, zt_error *ret_error);
ZT_NODISCARD zt_status zt_texts_parse(zt_policy *policy, const json_t *value, const char *member, zt_text_fn each,
				      zt_error *ret_error);

#endif
