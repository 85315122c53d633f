#include "base/json.h"
#include "base/random.h"
#include "base/timefmt.h"
#include "cloud/lambda/inside.h"
#include "zerotouch/buf.h"

enum { VARIABLES_MAX = 256, VARIABLE_MAX_BYTES = 16 * 1024 };

typedef struct {
	char *list[VARIABLES_MAX + 1];
	size_t count;
} variables;

void zt_environment_free(char **environment)
{
	if (!environment)
		return;
	for (char **one = environment; *one; one++) {
		zt_wipe(*one, strlen(*one));
		free(*one);
	}
	free(environment);
}

static bool has(const variables *v, const char *name)
{
	const size_t n = strlen(name);
	for (size_t i = 0; i < v->count; i++)
		if (strncmp(v->list[i], name, n) == 0 && v->list[i][n] == '=')
			return true;
	return false;
}

/* The first of a name counts. It comes once: of two, bash would take the other one than getenv. */
static zt_status add(variables *v, const char *name, zt_view value)
{
	ZT_CLEANUP(zt_str_free_wiped) zt_str text = ZT_STR(VARIABLE_MAX_BYTES);
	if (has(v, name))
		return ZT_OK;
	ENSURE(v->count < VARIABLES_MAX, ZT_E_LIMIT);
	TRY(zt_str_put_text(&text, name));
	TRY(zt_str_put_u8(&text, '='));
	TRY(zt_str_put(&text, value));
	v->list[v->count] = zt_str_steal(&text);
	v->count++;
	return ZT_OK;
}

static zt_status add_text(variables *v, const char *name, const char *value)
{
	return value ? add(v, name, zt_view_of(value)) : ZT_OK;
}

/* A session of the function's role, as AWS assumes it. */
static zt_status add_credentials(variables *v, zt_worker *worker, const zt_function *function, zt_error *ret_error)
{
	zt_registry *registry = worker->pool->lambda->registry;
	const zt_access_key *key;
	zt_view arn = zt_json_view(function->configuration, "Role");
	const zt_role *role = zt_registry_role_of_arn(registry, arn);
	if (!role)
		return zt_error_set(ret_error, ZT_E_DENIED, "the function's role %.*s is not there", ZT_PRI(arn));
	/* The session has the function's name; a session's has two characters at least (STS, RoleSessionName). */
	zt_view session = function->name[1] ? zt_view_of(function->name) : ZT_LIT("lambda");
	TRY(zt_registry_session_new(registry, role, session, ZT_LAMBDA_SESSION_S, &key, ret_error));
	worker->credentials_until_ms = key->expires_ms;
	TRY(zt_text_copy(worker->access_key_id, sizeof worker->access_key_id, zt_view_of(key->id)));
	TRY(add_text(v, "AWS_ACCESS_KEY_ID", key->id));
	TRY(add(v, "AWS_SECRET_ACCESS_KEY", zt_secret_view(&key->secret)));
	return add(v, "AWS_SESSION_TOKEN", zt_secret_view(&key->token));
}

static zt_status add_names(variables *v, zt_worker *worker, const zt_function *function)
{
	const zt_account *account = zt_registry_account(worker->pool->lambda->registry);
	char text[256], stamp[ZT_TIME_TEXT_MAX];
	TRY(add_text(v, "AWS_REGION", account->region));
	TRY(add_text(v, "AWS_DEFAULT_REGION", account->region));
	TRY(add_text(v, "AWS_LAMBDA_FUNCTION_NAME", function->name));
	TRY(add_text(v, "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"));
	(void)snprintf(text, sizeof text, "%u", zt_function_number(function, "MemorySize", 128));
	TRY(add_text(v, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", text));
	(void)snprintf(text, sizeof text, "/aws/lambda/%s", function->name);
	TRY(add_text(v, "AWS_LAMBDA_LOG_GROUP_NAME", text));
	/* The date, the version and 32 hexadecimal digits, as AWS names a stream. */
	uint8_t random[16];
	zt_random_bytes(random, sizeof random);
	zt_time_iso8601(zt_registry_now_ms(worker->pool->lambda->registry), stamp);
	zt_buf name = ZT_BUF(text);
	zt_buf_put(&name, zt_view_make(stamp, 4));
	zt_buf_put_text(&name, "/");
	zt_buf_put(&name, zt_view_make(stamp + 5, 2));
	zt_buf_put_text(&name, "/");
	zt_buf_put(&name, zt_view_make(stamp + 8, 2));
	zt_buf_put_text(&name, "/[$LATEST]");
	zt_buf_put_hex(&name, zt_view_make(random, sizeof random));
	TRY(zt_buf_finish_text(&name));
	TRY(zt_text_copy(worker->log_stream, sizeof worker->log_stream, zt_view_of(text)));
	return add_text(v, "AWS_LAMBDA_LOG_STREAM_NAME", text);
}

static zt_status add_runtime(variables *v, const zt_worker *worker, const zt_function *function, const char *folder)
{
	char text[64];
	(void)snprintf(text, sizeof text, "127.0.0.1:%u", zt_listener_port(worker->listener));
	TRY(add_text(v, "AWS_LAMBDA_RUNTIME_API", text));
	TRY(add_text(v, "AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"));
	/* A function signs what it asks for, with our time. */
	if (getenv(ZT_TIME_SHIFT_VARIABLE))
		TRY(add_text(v, ZT_TIME_SHIFT_VARIABLE, getenv(ZT_TIME_SHIFT_VARIABLE)));
	TRY(add_text(v, "_HANDLER", zt_json_text(function->configuration, "Handler")));
	TRY(add_text(v, "LAMBDA_TASK_ROOT", folder));
	TRY(add_text(v, "LAMBDA_RUNTIME_DIR", "/var/runtime"));
	TRY(add_text(v, "AWS_ENDPOINT_URL", worker->pool->lambda->endpoint_url));
	return add_text(v, "AWS_CA_BUNDLE", worker->pool->lambda->ca_bundle);
}

static bool is_credential(const char *name)
{
	static const char *const names[] = { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN" };
	for (size_t i = 0; i < ZT_COUNT(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static zt_status add_own(variables *v, const zt_function *function)
{
	const char *name;
	json_t *value;
	const json_t *own = json_object_get(json_object_get(function->configuration, "Environment"), "Variables");
	json_object_foreach((json_t *)(uintptr_t)own, name, value)
		if (!is_credential(name))
			TRY(add_text(v, name, json_string_value(value)));
	return ZT_OK;
}

/* What AWS sets but lets a function replace. */
static zt_status add_defaults(variables *v, const char *folder)
{
	ZT_CLEANUP(zt_str_free) zt_str libraries = ZT_STR(VARIABLE_MAX_BYTES);
	TRY(zt_str_printf(&libraries, "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:%s:%s/lib:/opt/lib", folder,
			  folder));
	TRY(add(v, "LD_LIBRARY_PATH", zt_str_view(&libraries)));
	TRY(add_text(v, "TZ", ":UTC"));
	TRY(add_text(v, "LANG", "en_US.UTF-8"));
	return add_text(v, "PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin");
}

/* Reserved names first, so that a function's own cannot replace them; AWS refuses such a configuration. The credentials
 * come last: making them changes the registry that the function is borrowed from. */
static zt_status fill(variables *v, zt_worker *worker, const zt_function *function, const char *folder,
		      zt_error *ret_error)
{
	TRY(add_names(v, worker, function));
	TRY(add_runtime(v, worker, function, folder));
	TRY(add_own(v, function));
	TRY(add_defaults(v, folder));
	return add_credentials(v, worker, function, ret_error);
}

zt_status zt_environment_make(zt_worker *worker, const zt_function *function, const char *folder, char ***ret,
			      zt_error *ret_error)
{
	variables *v = calloc(1, sizeof *v);
	ENSURE(v, ZT_E_NOMEM);
	zt_status status = fill(v, worker, function, folder, ret_error);
	/* The list is the struct's first member: one allocation serves both. */
	if (status == ZT_OK)
		*ret = v->list;
	else
		zt_environment_free(v->list);
	return status;
}
