#include "jitr/attach.h"

#include "aws/iot_thing.h"

zt_status zt_jitr_attach(zt_jitr_act *act, zt_error *ret_error)
{
	if (act->attached)
		return ZT_OK;
	zt_status status = zt_iot_thing_attach(act->client, zt_view_of(act->thing->name),
					       zt_view_of(act->certificate->arn), true, ret_error);
	if (status == ZT_E_CONFLICT || status == ZT_E_EXISTS || status == ZT_E_INVALID)
		status = ZT_OK;
	act->attached = status == ZT_OK;
	return status;
}
