#include "cli/manifest.h"

#include "base/codec.h"
#include "base/fs.h"
#include "base/json.h"

/* The word behind `name` in CmdArgs; both are added at the end when the name is not there. */
static zt_status set_argument(json_t *arguments, const char *name, zt_view value)
{
	size_t at = 0;
	while (at < json_array_size(arguments) &&
	       !zt_view_equal(zt_view_of(json_string_value(json_array_get(arguments, at))), zt_view_of(name)))
		at++;
	if (at == json_array_size(arguments))
		ENSURE(json_array_append_new(arguments, json_string(name)) == 0, ZT_E_NOMEM);
	int set = at + 1 < json_array_size(arguments) ? json_array_set_new(arguments, at + 1, zt_json_string(value))
						      : json_array_append_new(arguments, zt_json_string(value));
	return set == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status fill(json_t *manifest, zt_view tenant, const char *endpoint, zt_view topic)
{
	json_t *capabilities = json_object_get(manifest, "Capabilities");
	json_t *arguments = json_object_get(manifest, "CmdArgs");
	json_t *allowed = json_pack("[s]", endpoint);
	ENSURE(json_object_set_new(capabilities, "AllowedConnections", allowed) == 0, ZT_E_NOMEM);
	ENSURE(json_object_set_new(capabilities, "DeviceAuthentication", zt_json_string(tenant)) == 0, ZT_E_NOMEM);
	TRY(set_argument(arguments, "--endpoint", zt_view_of(endpoint)));
	return topic.n ? set_argument(arguments, "--topic", topic) : ZT_OK;
}

static zt_status read_manifest(const char *path, json_t **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_MANIFEST_BYTES_MAX);
	ZT_JSON_CLEANUP json_t *manifest = NULL;
	zt_error cause = { 0 };
	TRY(zt_file_read(path, &text, ret_error));
	if (zt_json_parse(zt_str_view(&text), &manifest, &cause) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "%s is %s", path, cause.text);
	if (!json_is_object(json_object_get(manifest, "Capabilities")))
		return zt_error_set(ret_error, ZT_E_INVALID, "%s is no app_manifest.json: it has no Capabilities",
				    path);
	if (!json_object_get(manifest, "CmdArgs"))
		ENSURE(json_object_set_new(manifest, "CmdArgs", json_array()) == 0, ZT_E_NOMEM);
	if (!json_is_array(json_object_get(manifest, "CmdArgs")))
		return zt_error_set(ret_error, ZT_E_INVALID, "%s: CmdArgs is no list", path);
	*ret = ZT_STEAL(manifest);
	return ZT_OK;
}

zt_status zt_manifest_fill(const char *path, zt_view tenant, const char *endpoint, zt_view topic, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *manifest = NULL;
	if (!zt_is_guid(tenant))
		return zt_error_set(ret_error, ZT_E_USAGE,
				    "DeviceAuthentication wants the tenant's GUID, and \"%.*s\" is none: give --tenant",
				    ZT_PRI(tenant));
	TRY(read_manifest(path, &manifest, ret_error));
	TRY(fill(manifest, tenant, endpoint, topic));
	char *text = json_dumps(manifest, JSON_INDENT(2));
	ENSURE(text, ZT_E_NOMEM);
	ZT_CLEANUP(zt_str_free) zt_str lines = ZT_STR(2 * ZT_MANIFEST_BYTES_MAX);
	zt_status status = zt_str_printf(&lines, "%s\n", text);
	free(text);
	TRY(status);
	return zt_file_write(path, zt_str_view(&lines), 0644, ret_error);
}
