#include "cloud/registry/principal.h"

#include "base/arn.h"

bool zt_principal_certificate_id(const zt_registry *registry, zt_view text, zt_view *ret_id)
{
	const zt_account *account = &registry->account;
	zt_arn arn;
	return zt_arn_parse(text, &arn) == ZT_OK && zt_view_equal(arn.partition, zt_view_of(account->partition)) &&
	       zt_view_equal(arn.service, ZT_LIT("iot")) && zt_view_equal(arn.region, zt_view_of(account->region)) &&
	       zt_view_equal(arn.account, zt_view_of(account->account)) &&
	       zt_arn_resource_of(&arn, ZT_LIT("cert"), ret_id);
}

zt_status zt_principal_check(const zt_registry *registry, zt_view arn, zt_error *ret_error)
{
	zt_view id;
	if (!zt_principal_certificate_id(registry, arn, &id))
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "Invalid principal: %.*s", ZT_PRI(arn));
	if (!zt_row_find(registry, ZT_KIND_CERTIFICATE, id))
		return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND,
				 "The certificate given in the principal does not exist. (arn: %.*s)", ZT_PRI(arn));
	return ZT_OK;
}
