#include "base/arn.h"

zt_status zt_arn_parse(zt_view text, zt_arn *ret)
{
	zt_arn arn = { 0 };
	zt_view *const parts[] = { &arn.partition, &arn.service, &arn.region, &arn.account };
	ENSURE(text.n < ZT_ARN_MAX && zt_view_take_prefix(&text, ZT_LIT("arn:")), ZT_E_INVALID);
	for (size_t i = 0; i < ZT_COUNT(parts); i++)
		ENSURE(zt_view_split(&text, ':', parts[i]), ZT_E_INVALID);
	arn.resource = text;
	ENSURE(arn.partition.n && arn.service.n && arn.resource.n, ZT_E_INVALID);
	*ret = arn;
	return ZT_OK;
}

zt_status zt_arn_put(const zt_arn *arn, zt_str *out)
{
	return zt_str_printf(out, "arn:%.*s:%.*s:%.*s:%.*s:%.*s", ZT_PRI(arn->partition), ZT_PRI(arn->service),
			     ZT_PRI(arn->region), ZT_PRI(arn->account), ZT_PRI(arn->resource));
}

bool zt_arn_resource_of(const zt_arn *arn, zt_view type, zt_view *ret_name)
{
	zt_view rest = arn->resource;
	if (!zt_view_take_prefix(&rest, type) || rest.n < 2 || (rest.p[0] != '/' && rest.p[0] != ':'))
		return false;
	*ret_name = zt_view_from(rest, 1);
	return true;
}

zt_view zt_arn_partition_of_region(zt_view region)
{
	if (zt_view_starts(region, ZT_LIT("cn-")))
		return ZT_LIT("aws-cn");
	if (zt_view_starts(region, ZT_LIT("us-gov-")))
		return ZT_LIT("aws-us-gov");
	return ZT_LIT("aws");
}
