#include "cloud/shadow/request.h"

#include "base/json.h"

enum { REQUEST_MAX = 2 * ZT_SHADOW_STATE_MAX }; /* with version, token and white space around the state */

void zt_shadow_request_free(zt_shadow_request *request)
{
	json_decref(request->root);
	request->root = NULL;
}

zt_status zt_shadow_refuse(zt_error *ret_error, zt_status status, int http, const char *text)
{
	static const struct {
		int http;
		const char *code;
	} codes[] = {
		{ 404, "ResourceNotFoundException" },
		{ 409, "ConflictException" },
		{ 413, "RequestEntityTooLargeException" },
		{ 415, "UnsupportedDocumentEncodingException" },
		{ 429, "ThrottlingException" },
		{ 500, "InternalFailureException" },
	};
	const char *code = "InvalidRequestException";
	for (size_t i = 0; i < ZT_COUNT(codes); i++)
		if (codes[i].http == http)
			code = codes[i].code;
	(void)zt_error_coded(ret_error, status, code, "%s", text);
	if (ret_error)
		ret_error->http = http;
	return status;
}

static zt_status invalid(zt_error *ret_error, const char *text)
{
	return zt_shadow_refuse(ret_error, ZT_E_INVALID, 400, text);
}

/* Objects within objects, the outermost being the first level; arrays do not count but what is in them does. */
static bool is_deeper(const json_t *value, unsigned levels)
{
	const char *name;
	json_t *inner;
	size_t index;
	if (json_is_object(value)) {
		if (levels == 0)
			return true;
		json_object_foreach((json_t *)(uintptr_t)value, name, inner)
			if (is_deeper(inner, levels - 1))
				return true;
	}
	json_array_foreach(value, index, inner)
		if (is_deeper(inner, levels))
			return true;
	return false;
}

static bool has_null_in_array(const json_t *value, bool in_array)
{
	const char *name;
	json_t *inner;
	size_t index;
	if (json_is_null(value))
		return in_array;
	json_object_foreach((json_t *)(uintptr_t)value, name, inner)
		if (has_null_in_array(inner, false))
			return true;
	json_array_foreach(value, index, inner)
		if (has_null_in_array(inner, true))
			return true;
	return false;
}

static zt_status check_section(const json_t *section, const char *not_object, zt_error *ret_error)
{
	if (!section || json_is_null(section))
		return ZT_OK;
	if (!json_is_object(section))
		return invalid(ret_error, not_object);
	if (is_deeper(section, ZT_SHADOW_DEPTH_MAX))
		return invalid(ret_error, "JSON contains too many levels of nesting; maximum is 6");
	if (has_null_in_array(section, false))
		return invalid(ret_error, "State contains an invalid node");
	return ZT_OK;
}

static zt_status read_state(zt_shadow_request *request, zt_error *ret_error)
{
	const char *name;
	json_t *section;
	request->state = json_object_get(request->root, "state");
	if (!request->state)
		return invalid(ret_error, "Missing required node: state");
	if (!json_is_object(request->state) && !json_is_null(request->state))
		return invalid(ret_error, "State node must be an object");
	json_object_foreach(request->state, name, section)
		if (strcmp(name, "desired") != 0 && strcmp(name, "reported") != 0)
			return invalid(ret_error, "State contains an invalid node");
	request->desired = json_object_get(request->state, "desired");
	request->reported = json_object_get(request->state, "reported");
	TRY(check_section(request->desired, "Desired node must be an object", ret_error));
	return check_section(request->reported, "Reported node must be an object", ret_error);
}

static zt_status read_version(zt_shadow_request *request, zt_error *ret_error)
{
	const json_t *version = json_object_get(request->root, "version");
	if (!version || json_is_null(version))
		return ZT_OK;
	if (!json_is_integer(version) || json_integer_value(version) < 0)
		return invalid(ret_error, "Invalid version");
	request->has_version = true;
	request->version = (uint64_t)json_integer_value(version);
	return ZT_OK;
}

static zt_status read_token(zt_shadow_request *request, zt_error *ret_error)
{
	const json_t *token = json_object_get(request->root, "clientToken");
	if (!token)
		return ZT_OK;
	if (!json_is_string(token) || zt_text_copy(request->client_token, sizeof request->client_token,
						   zt_view_of(json_string_value(token))) != ZT_OK)
		return invalid(ret_error, "Invalid clientToken");
	return ZT_OK;
}

static zt_status read_root(zt_view payload, zt_shadow_request *request, zt_error *ret_error)
{
	if (payload.n > REQUEST_MAX)
		return zt_shadow_refuse(ret_error, ZT_E_LIMIT, 413, "The payload exceeds the maximum size allowed");
	if (!zt_view_is_utf8(payload))
		return zt_shadow_refuse(ret_error, ZT_E_INVALID, 415,
					"Unsupported documented encoding; supported encoding is UTF-8");
	if (zt_json_parse(payload, &request->root, NULL) != ZT_OK || !json_is_object(request->root))
		return invalid(ret_error, "Invalid JSON");
	return read_token(request, ret_error);
}

zt_status zt_shadow_request_update(zt_view payload, zt_shadow_request *ret, zt_error *ret_error)
{
	*ret = (zt_shadow_request){ 0 };
	TRY(read_root(payload, ret, ret_error));
	TRY(read_state(ret, ret_error));
	return read_version(ret, ret_error);
}

zt_status zt_shadow_request_plain(zt_view payload, zt_shadow_request *ret, zt_error *ret_error)
{
	*ret = (zt_shadow_request){ 0 };
	return zt_view_trim(payload).n ? read_root(payload, ret, ret_error) : ZT_OK;
}
