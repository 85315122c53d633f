/* Reading what a caller sent: each value with its constraint (AWS IoT API reference), refused in AWS's words. */
#ifndef ZT_CLOUD_API_INPUT_H
#define ZT_CLOUD_API_INPUT_H

#include "cloud/api/call.h"

/* A named text. */
typedef struct {
	const char *name; /* as the member is called */
	size_t min, max;  /* bytes; max 0 is none */
	/* What it is made of, as a character class of AWS's patterns ("a-zA-Z0-9:_-"; \w, and \p for all that is not
	 * ASCII); NULL takes all but NUL. */
	const char *of;
} zt_param;

typedef enum { ZT_OPTIONAL, ZT_REQUIRED } zt_need;

extern const zt_param zt_param_thing_name, zt_param_thing_type_name, zt_param_thing_group_name,
    zt_param_billing_group_name, zt_param_policy_name, zt_param_rule_name, zt_param_certificate_id,
    zt_param_ca_certificate_id, zt_param_policy_document, zt_param_principal, zt_param_policy_version_id,
    zt_param_tag_key, zt_param_tag_value;

/* "1 validation error detected: Value '…' at '…' failed to satisfy constraint: …" */
ZT_NODISCARD zt_status zt_param_check(const zt_param *field, zt_view value, zt_error *ret_error);

/* Each gives an empty view for an optional value that is absent. Views live as long as the call. */
ZT_NODISCARD zt_status zt_in_label(const zt_call *call, size_t index, const zt_param *field, zt_view *ret,
				   zt_error *ret_error);
ZT_NODISCARD zt_status zt_in_query(const zt_call *call, const zt_param *field, zt_need need, zt_view *ret,
				   zt_error *ret_error);
ZT_NODISCARD zt_status zt_in_header(const zt_call *call, const char *header, const zt_param *field, zt_view *ret,
				    zt_error *ret_error);
/* `object` is the body or an object in it. */
ZT_NODISCARD zt_status zt_in_json(const json_t *object, const zt_param *field, zt_need need, zt_view *ret,
				  zt_error *ret_error);
/* A parameter of the Query protocol. */
ZT_NODISCARD zt_status zt_in_form(const zt_call *call, const zt_param *field, zt_need need, zt_view *ret,
				  zt_error *ret_error);

ZT_NODISCARD zt_status zt_in_query_bool(const zt_call *call, const char *name, bool *ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_in_json_bool(const json_t *object, const char *name, bool *ret, zt_error *ret_error);
/* Leaves *ret as it is when absent. */
ZT_NODISCARD zt_status zt_in_query_number(const zt_call *call, const char *name, uint64_t min, uint64_t max,
					  uint64_t *ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_in_json_number(const json_t *object, const char *name, uint64_t min, uint64_t max,
					 uint64_t *ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_in_form_number(const zt_call *call, const char *name, uint64_t min, uint64_t max,
					 uint64_t *ret, zt_error *ret_error);
/* An object or array member; NULL when absent (or null). ZT_E_INVALID when it is of another type. */
ZT_NODISCARD zt_status zt_in_json_object(const json_t *object, const char *name, const json_t **ret,
					 zt_error *ret_error);
ZT_NODISCARD zt_status zt_in_json_array(const json_t *object, const char *name, const json_t **ret,
					zt_error *ret_error);
/* One of `words` (NULL-terminated); *ret its index. Absent leaves *ret as it is. */
ZT_NODISCARD zt_status zt_word_index(const char *name, zt_view value, const char *const *words, unsigned *ret,
				     zt_error *ret_error);
/* ZT_E_INVALID: "Value null at '…' failed to satisfy constraint: Member must not be null". */
zt_status zt_in_missing(const char *name, zt_error *ret_error);

#endif
