#include "base/json.h"

zt_status zt_json_parse(zt_view text, json_t **ret, zt_error *ret_error)
{
	json_error_t where;
	json_t *json =
	    json_loadb((const char *)zt_view_pri_ptr(text), text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where);
	if (!json)
		return zt_error_set(ret_error, ZT_E_INVALID, "not JSON: %s (line %d, column %d)", where.text,
				    where.line, where.column);
	*ret = json;
	return ZT_OK;
}

zt_view zt_json_view(const json_t *object, const char *member)
{
	const json_t *value = json_object_get(object, member);
	return json_is_string(value) ? zt_view_make(json_string_value(value), json_string_length(value))
				     : ZT_VIEW_EMPTY;
}

const char *zt_json_text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

json_t *zt_json_string(zt_view text)
{
	return json_stringn((const char *)zt_view_pri_ptr(text), text.n);
}

static int append(const char *bytes, size_t n, void *out)
{
	return zt_str_put(out, zt_view_make(bytes, n)) == ZT_OK ? 0 : -1;
}

zt_status zt_json_write(const json_t *json, zt_str *out)
{
	return json_dump_callback(json, append, out, JSON_COMPACT | JSON_ENCODE_ANY) == 0 ? ZT_OK : ZT_E_LIMIT;
}
