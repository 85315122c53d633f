#include "cloud/daemon/endpoints.h"

#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/json.h"

enum { PATH_TEXT_MAX = 4096 };

static const char file_name[] = "endpoints.json";

static json_t *describe(const zt_settings *s, const zt_endpoints *e)
{
	const char *home = zt_settings_home(s);
	char control[64], ca[PATH_TEXT_MAX], credentials[PATH_TEXT_MAX];
	(void)snprintf(control, sizeof control, "http://127.0.0.1:%u", e->control);
	(void)snprintf(ca, sizeof ca, "%s/server-ca.pem", home);
	(void)snprintf(credentials, sizeof credentials, "%s/credentials", home);
	return json_pack("{s:i, s:s*, s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:s}", "pid", (int)getpid(), "control",
			 s->gateway_alone ? NULL : control, "endpoint", s->endpoint, "mqttPort", (int)e->mqtt,
			 "httpsPort", (int)e->https, "allPort", (int)e->all, "ca", ca, "credentials", credentials,
			 "region", s->region, "account", s->account_id);
}

zt_status zt_endpoints_write(const zt_settings *settings, const zt_endpoints *endpoints, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX), text = ZT_STR(4 * PATH_TEXT_MAX);
	ZT_JSON_CLEANUP json_t *json = describe(settings, endpoints);
	ENSURE(json, ZT_E_NOMEM);
	TRY(zt_json_write(json, &text));
	TRY(zt_str_put_u8(&text, '\n'));
	TRY(zt_path_join(&path, settings->data_dir, file_name));
	return zt_file_write(zt_str_text(&path), zt_str_view(&text), 0644, ret_error);
}

zt_status zt_endpoints_remove(const zt_settings *settings, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX);
	TRY(zt_path_join(&path, settings->data_dir, file_name));
	return zt_path_remove(zt_str_text(&path), ret_error);
}
