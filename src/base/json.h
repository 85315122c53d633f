/* Short words for jansson: parse with limits, read members, write. */
#ifndef ZT_BASE_JSON_H
#define ZT_BASE_JSON_H

#include <jansson.h>

#include "base/error.h"
#include "base/str.h"

static inline void zt_json_decref(json_t **json)
{
	json_decref(*json);
}
#define ZT_JSON_CLEANUP ZT_CLEANUP(zt_json_decref)

/* Any JSON value; duplicate members are refused, nesting is bounded by jansson (2048). ZT_E_INVALID with line and
 * column. */
ZT_NODISCARD zt_status zt_json_parse(zt_view text, json_t **ret, zt_error *ret_error);
/* The string member, or the empty view when it is absent or no string. Borrowed from `object`. */
zt_view zt_json_view(const json_t *object, const char *member);
/* As a C string, NULL when absent. Borrowed. */
const char *zt_json_text(const json_t *object, const char *member);
/* A JSON string of the view (must be UTF-8), or NULL. New reference. */
json_t *zt_json_string(zt_view text);
/* Compact, members in insertion order. */
ZT_NODISCARD zt_status zt_json_write(const json_t *json, zt_str *out);

#endif
