#include "cloud/api/provision.h"

#include "base/json.h"
#include "cloud/registry/roles.h"

zt_status zt_provision_fail(zt_error *ret_error, const char *why, zt_view what)
{
	return zt_error_coded(ret_error, ZT_E_INVALID, "ResourceRegistrationFailureException", "%s: %.*s", why,
			      ZT_PRI(what));
}

zt_status zt_provision_assume(const zt_registry *registry, zt_view role_arn, zt_caller *ret, zt_error *ret_error)
{
	const zt_role *role = zt_registry_role_of_arn(registry, role_arn);
	if (!role || !zt_role_trusts(role, ZT_LIT("iot.amazonaws.com")))
		return zt_error_coded(ret_error, ZT_E_DENIED, "AccessDeniedException",
				      "AWS IoT may not assume the role %.*s", ZT_PRI(role_arn));
	TRY(zt_text_copy(ret->role, sizeof ret->role, zt_view_of(role->name)));
	TRY(zt_text_copy(ret->arn, sizeof ret->arn, role_arn));
	return ZT_OK;
}

zt_status zt_provision_check_certificate(const json_t *resources, const char *id, zt_error *ret_error)
{
	const char *name;
	json_t *resource;
	json_object_foreach((json_t *)(uintptr_t)resources, name, resource) {
		zt_view named = zt_json_view(json_object_get(resource, "Properties"), "CertificateId");
		if (zt_view_equal(zt_json_view(resource, "Type"), ZT_LIT("AWS::IoT::Certificate")) &&
		    !zt_view_equal(named, zt_view_of(id)))
			return zt_provision_fail(ret_error, "CertificateId is not AWS::IoT::Certificate::Id in",
						 zt_view_of(name));
	}
	return ZT_OK;
}
