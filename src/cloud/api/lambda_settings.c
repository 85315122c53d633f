#include "cloud/api/lambda_settings.h"

#include "base/arn.h"
#include "base/json.h"
#include "cloud/api/authorise.h"
#include "cloud/api/input.h"
#include "cloud/registry/roles.h"
#include "policy/evaluate.h"

/* Facts §8.1 (Lambda quotas). */
enum {
	TIMEOUT_DEFAULT_S = 3,
	TIMEOUT_MAX_S = 900,
	MEMORY_MIN_MB = 128,
	MEMORY_MAX_MB = 10240,
	STORAGE_MIN_MB = 512,
	STORAGE_MAX_MB = 10240,
	ENVIRONMENT_MAX = 4096,
};

static const zt_param role_param = { "Role", 20, 2048, NULL };
static const zt_param handler_param = { "Handler", 1, 128, NULL };
static const zt_param description_param = { "Description", 0, 256, NULL };
static const zt_param runtime_param = { "Runtime", 1, 64, NULL };
static const zt_param package_param = { "PackageType", 1, 16, NULL };
static const zt_param variable_param = { "Environment.Variables", 2, 256, "a-zA-Z0-9_" };

/* The role must be there and let Lambda assume it; AWS says the same of both. */
static zt_status check_role(const zt_call *call, zt_view arn, zt_error *ret_error)
{
	const zt_role *role = zt_registry_role_of_arn(call->registry, arn);
	if (!role || !zt_role_trusts(role, ZT_LIT("lambda.amazonaws.com")))
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "The role defined for the function cannot be assumed by Lambda.");
	return zt_call_may_pass_role(call, arn, ret_error);
}

static zt_status set_text(json_t *configuration, const char *member, zt_view value)
{
	return json_object_set_new(configuration, member, zt_json_string(value)) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status set_number(json_t *configuration, const char *member, uint64_t value)
{
	return json_object_set_new(configuration, member, json_integer((json_int_t)value)) == 0 ? ZT_OK : ZT_E_NOMEM;
}

/* A text member: checked and kept when the body has it. */
static zt_status take_text(const zt_call *call, const zt_param *param, zt_need need, json_t *configuration,
			   zt_error *ret_error)
{
	zt_view value;
	TRY(zt_in_json(call->body, param, need, &value, ret_error));
	return value.p ? set_text(configuration, param->name, value) : ZT_OK;
}

static zt_status take_number(const zt_call *call, const char *member, uint64_t min, uint64_t max, json_t *configuration,
			     zt_error *ret_error)
{
	uint64_t value = 0;
	TRY(zt_in_json_number(call->body, member, min, max, &value, ret_error));
	return value ? set_number(configuration, member, value) : ZT_OK;
}

/* What runs here is an executable of its own: the runtimes that bring an interpreter are not on this machine. */
static zt_status take_runtime(const zt_call *call, zt_need need, json_t *configuration, zt_error *ret_error)
{
	static const char *const runtimes[] = { "provided.al2023", "provided.al2", "provided", NULL };
	zt_view value;
	unsigned index = 0;
	TRY(zt_in_json(call->body, &runtime_param, need, &value, ret_error));
	TRY(zt_word_index("runtime", value, runtimes, &index, ret_error));
	return value.n ? set_text(configuration, runtime_param.name, value) : ZT_OK;
}

static zt_status check_variables(const json_t *variables, zt_error *ret_error)
{
	size_t total = 0;
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)variables, name, value) {
		TRY(zt_param_check(&variable_param, zt_view_of(name), ret_error));
		if (name[0] == '_' || (name[0] >= '0' && name[0] <= '9'))
			return zt_error_set(ret_error, ZT_E_INVALID,
					    "environment variable '%s' must begin with a letter", name);
		if (!json_is_string(value))
			return zt_error_set(ret_error, ZT_E_INVALID, "environment variable '%s' must be a string",
					    name);
		if (zt_view_starts(zt_view_of(name), ZT_LIT("AWS_LAMBDA_")))
			return zt_error_set(ret_error, ZT_E_INVALID,
					    "Lambda was unable to configure your environment variables because the "
					    "environment variables "
					    "you have provided contains reserved keys that are currently not supported "
					    "for modification. "
					    "Reserved keys used in this request: %s",
					    name);
		total += strlen(name) + json_string_length(value);
	}
	if (total > ENVIRONMENT_MAX)
		return zt_error_set(
		    ret_error, ZT_E_INVALID,
		    "Lambda was unable to configure your environment variables because the environment variables you "
		    "have provided exceeded the 4KB limit.");
	return ZT_OK;
}

static zt_status take_environment(const zt_call *call, json_t *configuration, zt_error *ret_error)
{
	const json_t *environment, *variables = NULL;
	TRY(zt_in_json_object(call->body, "Environment", &environment, ret_error));
	if (!environment)
		return ZT_OK;
	TRY(zt_in_json_object(environment, "Variables", &variables, ret_error));
	TRY(check_variables(variables, ret_error));
	json_t *kept = json_pack("{s:o}", "Variables", variables ? json_deep_copy(variables) : json_object());
	return json_object_set_new(configuration, "Environment", kept) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status take_storage(const zt_call *call, json_t *configuration, zt_error *ret_error)
{
	const json_t *storage;
	uint64_t size = STORAGE_MIN_MB;
	TRY(zt_in_json_object(call->body, "EphemeralStorage", &storage, ret_error));
	if (!storage)
		return ZT_OK;
	TRY(zt_in_json_number(storage, "Size", STORAGE_MIN_MB, STORAGE_MAX_MB, &size, ret_error));
	json_t *kept = json_pack("{s:I}", "Size", (json_int_t)size);
	return json_object_set_new(configuration, "EphemeralStorage", kept) == 0 ? ZT_OK : ZT_E_NOMEM;
}

/* To take these and do nothing would deceive whoever relies on them. */
static zt_status refuse_unsupported(const zt_call *call, zt_error *ret_error)
{
	static const char *const members[] = { "Layers",           "FileSystemConfigs",
					       "ImageConfig",      "CodeSigningConfigArn",
					       "DeadLetterConfig", "CapacityProviderConfig",
					       "DurableConfig",    "TenancyConfig" };
	for (size_t i = 0; i < ZT_COUNT(members); i++) {
		const json_t *value = json_object_get(call->body, members[i]);
		if (json_is_string(value) || json_array_size(value) || json_object_size(value))
			return zt_error_set(ret_error, ZT_E_UNSUPPORTED, "%s is not supported here", members[i]);
	}
	if (json_is_true(json_object_get(call->body, "Publish")))
		return zt_error_set(ret_error, ZT_E_UNSUPPORTED,
				    "Versions of functions are not supported here: Publish must be false");
	return ZT_OK;
}

zt_status zt_lambda_settings_architectures(const zt_call *call, json_t *configuration, zt_error *ret_error)
{
	static const char *const known[] = { "x86_64", "arm64", NULL };
	const json_t *list;
	unsigned index = 0;
	TRY(zt_in_json_array(call->body, "Architectures", &list, ret_error));
	if (!list)
		return ZT_OK;
	zt_view first = zt_view_of(json_string_value(json_array_get(list, 0)));
	if (json_array_size(list) != 1 || first.n == 0)
		return zt_error_set(ret_error, ZT_E_INVALID, "Architectures must be a list of one");
	TRY(zt_word_index("architectures", first, known, &index, ret_error));
	return json_object_set_new(configuration, "Architectures", json_pack("[s]", known[index])) == 0 ? ZT_OK
													: ZT_E_NOMEM;
}

static json_t *defaults(zt_view name)
{
	ZT_CLEANUP(zt_str_free) zt_str group = ZT_STR(128);
	if (zt_str_printf(&group, "/aws/lambda/%.*s", ZT_PRI(name)) != ZT_OK)
		return NULL;
	return json_pack("{s:s, s:i, s:i, s:[s], s:s, s:{s:s}, s:{s:i}, s:{s:s, s:s}, s:{s:s, s:s}}", "Description", "",
			 "Timeout", TIMEOUT_DEFAULT_S, "MemorySize", MEMORY_MIN_MB, "Architectures", "x86_64",
			 "PackageType", "Zip", "TracingConfig", "Mode", "PassThrough", "EphemeralStorage", "Size",
			 STORAGE_MIN_MB, "SnapStart", "ApplyOn", "None", "OptimizationStatus", "Off", "LoggingConfig",
			 "LogFormat", "Text", "LogGroup", zt_str_text(&group));
}

/* What creating and updating have in common. */
static zt_status take_common(const zt_call *call, zt_need need, json_t *configuration, zt_error *ret_error)
{
	zt_view role;
	TRY(refuse_unsupported(call, ret_error));
	TRY(take_runtime(call, need, configuration, ret_error));
	TRY(take_text(call, &handler_param, need, configuration, ret_error));
	TRY(take_text(call, &description_param, ZT_OPTIONAL, configuration, ret_error));
	TRY(take_number(call, "Timeout", 1, TIMEOUT_MAX_S, configuration, ret_error));
	TRY(take_number(call, "MemorySize", MEMORY_MIN_MB, MEMORY_MAX_MB, configuration, ret_error));
	TRY(take_environment(call, configuration, ret_error));
	TRY(take_storage(call, configuration, ret_error));
	TRY(zt_in_json(call->body, &role_param, need, &role, ret_error));
	if (role.n)
		TRY(check_role(call, role, ret_error));
	return role.n ? set_text(configuration, role_param.name, role) : ZT_OK;
}

zt_status zt_lambda_settings_new(const zt_call *call, zt_view name, json_t **ret, zt_error *ret_error)
{
	static const char *const packages[] = { "Zip", NULL };
	zt_view package;
	unsigned index = 0;
	ZT_JSON_CLEANUP json_t *configuration = defaults(name);
	ENSURE(configuration, ZT_E_NOMEM);
	TRY(zt_in_json(call->body, &package_param, ZT_OPTIONAL, &package, ret_error));
	TRY(zt_word_index("packageType", package, packages, &index, ret_error));
	TRY(take_common(call, ZT_REQUIRED, configuration, ret_error));
	TRY(zt_lambda_settings_architectures(call, configuration, ret_error));
	*ret = ZT_STEAL(configuration);
	return ZT_OK;
}

zt_status zt_lambda_settings_update(const zt_call *call, json_t *configuration, zt_error *ret_error)
{
	return take_common(call, ZT_OPTIONAL, configuration, ret_error);
}
