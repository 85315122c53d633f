#include "cloud/registry/record.h"

#include <limits.h>

zt_status zt_record_write(json_t *head, zt_view body, zt_str *out)
{
	ZT_JSON_CLEANUP json_t *json = head;
	ENSURE(json && json_object_set_new(json, "v", json_integer(ZT_RECORD_VERSION)) == 0, ZT_E_NOMEM);
	TRY(zt_json_write(json, out));
	if (!body.p)
		return ZT_OK;
	TRY(zt_str_put_u8(out, 0));
	return zt_str_put(out, body);
}

void zt_record_damaged(zt_record_reader *reader, const char *what)
{
	if (reader->status == ZT_OK)
		reader->status = zt_error_set(reader->error, ZT_E_INVALID, "%s is missing or wrong", what);
}

static zt_status check_version(const json_t *head, zt_error *ret_error)
{
	json_int_t version = json_integer_value(json_object_get(head, "v"));
	if (version > ZT_RECORD_VERSION)
		return zt_error_set(ret_error, ZT_E_CONFIG, "written by a newer version of this program");
	return version == ZT_RECORD_VERSION ? ZT_OK : zt_error_set(ret_error, ZT_E_INVALID, "v is missing or wrong");
}

zt_status zt_record_open(zt_view value, zt_record_reader *ret, zt_error *ret_error)
{
	size_t head_n = zt_view_find(value, 0);
	ZT_JSON_CLEANUP json_t *head = NULL;
	TRY(zt_json_parse((zt_view){ value.p, head_n }, &head, ret_error));
	TRY(check_version(head, ret_error));
	*ret = (zt_record_reader){ .head = ZT_STEAL(head), .error = ret_error };
	if (head_n < value.n)
		ret->body = (zt_view){ value.p + head_n + 1, value.n - head_n - 1 };
	return ZT_OK;
}

void zt_record_close(zt_record_reader *reader)
{
	json_decref(reader->head);
	reader->head = NULL;
}

static bool has_string(const zt_record_reader *reader, const char *member)
{
	return json_is_string(json_object_get(reader->head, member));
}

void zt_record_text(zt_record_reader *reader, const char *member, char *array, size_t cap)
{
	if (!has_string(reader, member) || zt_text_copy(array, cap, zt_json_view(reader->head, member)) != ZT_OK)
		zt_record_damaged(reader, member);
}

void zt_record_dup(zt_record_reader *reader, const char *member, char **ret)
{
	if (!json_object_get(reader->head, member))
		return;
	if (!has_string(reader, member)) {
		zt_record_damaged(reader, member);
		return;
	}
	char *copy = zt_view_dup(zt_json_view(reader->head, member));
	if (copy)
		*ret = copy;
	else
		reader->status = zt_error_set(reader->error, ZT_E_NOMEM, "out of memory");
}

void zt_record_i64(zt_record_reader *reader, const char *member, int64_t *ret)
{
	const json_t *value = json_object_get(reader->head, member);
	if (json_is_integer(value))
		*ret = json_integer_value(value);
	else
		zt_record_damaged(reader, member);
}

void zt_record_unsigned(zt_record_reader *reader, const char *member, unsigned *ret)
{
	int64_t value = -1;
	zt_record_i64(reader, member, &value);
	if (value >= 0 && value <= UINT_MAX)
		*ret = (unsigned)value;
	else
		zt_record_damaged(reader, member);
}

void zt_record_bool(zt_record_reader *reader, const char *member, bool *ret)
{
	const json_t *value = json_object_get(reader->head, member);
	if (json_is_boolean(value))
		*ret = json_is_true(value);
	else
		zt_record_damaged(reader, member);
}

void zt_record_json(zt_record_reader *reader, const char *member, json_type type, json_t **ret)
{
	json_t *value = json_object_get(reader->head, member);
	if (value && json_typeof(value) == type)
		*ret = json_incref(value);
	else
		zt_record_damaged(reader, member);
}
