#include "cloud/api/registration.h"

#include "base/json.h"
#include "cloud/api/authorise.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"

zt_status zt_registration_fail(zt_registration *r, const char *what, const char *name)
{
	return zt_error_coded(r->error, ZT_E_INVALID, "ResourceRegistrationFailureException", "%s: %s", what, name);
}

zt_status zt_registration_override(zt_registration *r, const zt_registration_resource *of, const char *setting,
				   zt_override fallback, zt_override *ret)
{
	static const char *const words[] = { "DO_NOTHING", "REPLACE", "FAIL", "MERGE", NULL };
	unsigned index = fallback;
	TRY(zt_word_index(setting, zt_json_view(of->overrides, setting), words, &index, r->error));
	*ret = (zt_override)index;
	return ZT_OK;
}

zt_status zt_registration_conflict(zt_registration *r, const char *what)
{
	return zt_error_coded(r->error, ZT_E_CONFLICT, "ConflictingResourceUpdateException",
			      "%s is another one already, and the template's OverrideSettings say FAIL", what);
}

zt_status zt_registration_add_arn(zt_registration *r, const char *logical, const char *type, const char *name)
{
	json_t *arn = zt_json_iot_arn(r->call->registry, type, name);
	return json_object_set_new(r->arns, logical, arn) == 0 ? ZT_OK : ZT_E_NOMEM;
}

zt_status zt_registration_may(const zt_registration *r, const char *action, const char *type, const char *name)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_account_iot_arn(zt_registry_account(r->call->registry), type, zt_view_of(name), &arn));
	return zt_authorise_action(r->call, action, zt_str_view(&arn), r->error);
}
