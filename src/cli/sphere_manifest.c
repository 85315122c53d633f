#include "cli/sphere_manifest.h"

#include <ctype.h>

#include "base/codec.h"
#include "base/fs.h"

#define NO_TENANT "00000000-0000-0000-0000-000000000000"

typedef struct {
	zt_sphere_manifest *manifest;
	zt_error *error;
} reader;

static zt_status wrong(const reader *r, const char *member, const char *should)
{
	return zt_error_set(r->error, ZT_E_CONFIG, "app manifest: %s %s", member, should);
}

/* An exact name or an IPv4 address; nothing of a URL. */
static bool is_host(const char *text)
{
	size_t n = text ? strlen(text) : 0;
	bool good = n > 0 && n <= 253;
	for (size_t i = 0; i < n && good; i++)
		good = isalnum((unsigned char)text[i]) || strchr("-._", text[i]);
	return good;
}

typedef enum { FLAG, HOSTS, PORTS, GUIDS, TENANT, STORAGE, POWER, HARDWARE } value_kind;

static const struct {
	const char *name;
	value_kind kind;
} capabilities[] = {
	{ "AllowedConnections", HOSTS },
	{ "AllowedTcpServerPorts", PORTS },
	{ "AllowedUdpServerPorts", PORTS },
	{ "AllowedApplicationConnections", GUIDS },
	{ "DeviceAuthentication", TENANT },
	{ "MutableStorage", STORAGE },
	{ "PowerControls", POWER },
	{ "Gpio", HARDWARE },
	{ "Uart", HARDWARE },
	{ "I2cMaster", HARDWARE },
	{ "SpiMaster", HARDWARE },
	{ "Adc", HARDWARE },
	{ "Pwm", HARDWARE },
	{ "NetworkConfig", FLAG },
	{ "ReadNetworkProxyConfig", FLAG },
	{ "WifiConfig", FLAG },
	{ "EnterpriseWifiConfig", FLAG },
	{ "CertStore", FLAG },
	{ "HardwareAddressConfig", FLAG },
	{ "TimeSyncConfig", FLAG },
	{ "SystemTime", FLAG },
	{ "DhcpService", FLAG },
	{ "SntpService", FLAG },
	{ "SystemEventNotifications", FLAG },
	{ "SoftwareUpdateDeferral", FLAG },
	{ "HeapMemStats", FLAG },
	{ "ResetMemoryWatermarks", FLAG },
};

static bool is_power(const char *text)
{
	return text && (strcmp(text, "ForceReboot") == 0 || strcmp(text, "ForcePowerDown") == 0 ||
			strcmp(text, "SetPowerProfile") == 0);
}

static bool is_element(value_kind kind, const json_t *value)
{
	const char *text = json_string_value(value);
	json_int_t number = json_integer_value(value);
	switch (kind) {
	case HOSTS:
		return is_host(text);
	case PORTS:
		return json_is_integer(value) && number >= 1 && number <= 65535;
	case GUIDS:
		return zt_is_guid(zt_view_of(text));
	case POWER:
		return is_power(text);
	default:
		return text || json_is_integer(value);
	}
}

static const char *should_be(value_kind kind)
{
	switch (kind) {
	case HOSTS:
		return "must list host names or IPv4 addresses alone, without scheme, port or wildcard";
	case PORTS:
		return "must list ports from 1 to 65535";
	case GUIDS:
		return "must list component ids";
	case POWER:
		return "must list ForceReboot, ForcePowerDown or SetPowerProfile";
	case HARDWARE:
		return "must list peripherals";
	default:
		return "must be true or false";
	}
}

static zt_status read_list(const reader *r, const char *name, value_kind kind, const json_t *value)
{
	size_t index;
	const json_t *element;
	if (!json_is_array(value))
		return wrong(r, name, should_be(kind));
	json_array_foreach(value, index, element)
		if (!is_element(kind, element))
			return wrong(r, name, should_be(kind));
	return ZT_OK;
}

static zt_status read_tenant(const reader *r, const json_t *value)
{
	const char *text = json_string_value(value);
	if (!zt_is_guid(zt_view_of(text)))
		return wrong(r, "DeviceAuthentication", "must be the tenant's (catalog's) GUID");
	if (strcmp(text, NO_TENANT) == 0)
		return wrong(r, "DeviceAuthentication",
			     "holds no tenant yet: `zerotouch setup --write-manifest FILE` fills it in");
	r->manifest->tenant = text;
	return ZT_OK;
}

static zt_status read_storage(const reader *r, const json_t *value)
{
	const json_t *size = json_object_get(value, "SizeKB");
	json_int_t kb = json_integer_value(size);
	if (!json_is_integer(size) || kb < 0 || kb > ZT_SPHERE_STORAGE_KB_MAX)
		return zt_error_set(r->error, ZT_E_CONFIG,
				    "app manifest: MutableStorage must be {\"SizeKB\": N} with at most %d",
				    ZT_SPHERE_STORAGE_KB_MAX);
	r->manifest->storage_kb = (unsigned)kb;
	return ZT_OK;
}

static zt_status read_capability(const reader *r, const char *name, const json_t *value)
{
	for (size_t i = 0; i < ZT_COUNT(capabilities); i++) {
		if (strcmp(capabilities[i].name, name) != 0)
			continue;
		switch (capabilities[i].kind) {
		case FLAG:
			return json_is_boolean(value) ? ZT_OK : wrong(r, name, should_be(FLAG));
		case TENANT:
			return read_tenant(r, value);
		case STORAGE:
			return read_storage(r, value);
		default:
			return read_list(r, name, capabilities[i].kind, value);
		}
	}
	return wrong(r, name, "is no capability");
}

static zt_status read_capabilities(const reader *r)
{
	json_t *object = json_object_get(r->manifest->json, "Capabilities"), *value;
	const char *name;
	if (!json_is_object(object))
		return wrong(r, "Capabilities", "must be an object");
	json_object_foreach(object, name, value)
		TRY(read_capability(r, name, value));
	return ZT_OK;
}

static zt_status read_args(const reader *r)
{
	const json_t *list = json_object_get(r->manifest->json, "CmdArgs"), *value;
	size_t index;
	if (list && (!json_is_array(list) || json_array_size(list) > ZT_SPHERE_ARGS_MAX))
		return wrong(r, "CmdArgs", "must be a list of strings, at most 64");
	json_array_foreach(list, index, value) {
		if (!json_is_string(value))
			return wrong(r, "CmdArgs", "must be a list of strings, at most 64");
		r->manifest->args[r->manifest->arg_count++] = json_string_value(value);
	}
	return ZT_OK;
}

static zt_status read_members(const reader *r)
{
	zt_sphere_manifest *m = r->manifest;
	const char *type = zt_json_text(m->json, "ApplicationType");
	m->name = zt_json_text(m->json, "Name");
	m->component = zt_json_text(m->json, "ComponentId");
	m->entry_point = zt_json_text(m->json, "EntryPoint");
	if (json_integer_value(json_object_get(m->json, "SchemaVersion")) != 1)
		return wrong(r, "SchemaVersion", "must be 1");
	if (!m->name || !m->name[0])
		return wrong(r, "Name", "is missing");
	if (!zt_is_guid(zt_view_of(m->component)))
		return wrong(r, "ComponentId", "must be a GUID");
	if (!m->entry_point || m->entry_point[0] != '/')
		return wrong(r, "EntryPoint", "must be a path such as \"/bin/app\"");
	if (type && strcmp(type, "Default") != 0)
		return wrong(r, "ApplicationType", "is not Default: only high-level apps run here");
	TRY(read_args(r));
	return read_capabilities(r);
}

zt_status zt_sphere_manifest_read(const char *path, zt_sphere_manifest *ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_SPHERE_MANIFEST_MAX);
	zt_sphere_manifest manifest = { 0 };
	zt_error cause;
	TRY(zt_file_read(path, &text, ret_error));
	zt_view json = zt_str_view(&text);
	/* The byte order mark that Visual Studio likes to put in front. */
	(void)zt_view_take_prefix(&json, ZT_LIT("\xef\xbb\xbf"));
	if (zt_json_parse(json, &manifest.json, &cause) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "%s: %s", path, cause.text);
	zt_status status = read_members(&(reader){ &manifest, ret_error });
	if (status == ZT_OK)
		*ret = manifest;
	else
		zt_sphere_manifest_deinit(&manifest);
	return status;
}

void zt_sphere_manifest_deinit(zt_sphere_manifest *manifest)
{
	json_decref(manifest->json);
	manifest->json = NULL;
}

static const char *key_of(const char *capability)
{
	static const char *const keys[][2] = {
		{ "AllowedConnections", "connect" },
		{ "AllowedTcpServerPorts", "listen-tcp" },
		{ "AllowedUdpServerPorts", "listen-udp" },
		{ "AllowedApplicationConnections", "component" },
		{ "PowerControls", "power" },
	};
	for (size_t i = 0; i < ZT_COUNT(keys); i++)
		if (strcmp(keys[i][0], capability) == 0)
			return keys[i][1];
	return NULL;
}

static zt_status put_list(const char *key, const json_t *list, zt_str *out)
{
	size_t index;
	const json_t *value;
	json_array_foreach(list, index, value) {
		if (json_is_integer(value))
			TRY(zt_str_printf(out, "%s %lld\n", key, (long long)json_integer_value(value)));
		else
			TRY(zt_str_printf(out, "%s %s\n", key, json_string_value(value)));
	}
	return ZT_OK;
}

/* By number, or all of them: what a name of a hardware definition stands for is known to its header alone. */
static zt_status put_gpios(const json_t *list, zt_str *out)
{
	size_t index;
	const json_t *value;
	json_array_foreach(list, index, value)
		if (json_is_string(value))
			return zt_str_printf(out, "gpio any\n");
	return put_list("gpio", list, out);
}

zt_status zt_sphere_manifest_grants(const zt_sphere_manifest *manifest, zt_str *out)
{
	json_t *object = json_object_get(manifest->json, "Capabilities"), *value;
	const char *name;
	json_object_foreach(object, name, value) {
		const char *key = key_of(name);
		if (key)
			TRY(put_list(key, value, out));
		else if (strcmp(name, "Gpio") == 0)
			TRY(put_gpios(value, out));
		else if (json_is_true(value) || json_array_size(value))
			TRY(zt_str_printf(out, "capability %s\n", name));
	}
	return manifest->tenant ? zt_str_printf(out, "tenant %s\n", manifest->tenant) : ZT_OK;
}
