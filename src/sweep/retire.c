#include "sweep/retire.h"

#include "aws/iot_certificate.h"
#include "aws/iot_thing.h"
#include "base/random.h"

enum {
	DELETE_TRIES = 5, /* detaching takes effect after a while (AWS IoT API Reference, DetachThingPrincipal) */
	DELETE_WAIT_MS = 200,
};

static zt_status absent_is_fine(zt_status status)
{
	return status == ZT_E_NOT_FOUND ? ZT_OK : status;
}

static zt_status loosen(zt_aws_client *client, const zt_sweep_retirement *it, zt_error *ret_error)
{
	if (it->deactivate)
		TRY(absent_is_fine(zt_iot_certificate_update(client, it->id, ZT_LIT("INACTIVE"), ret_error)));
	for (size_t i = 0; i < it->thing_count; i++)
		TRY(absent_is_fine(zt_iot_thing_detach(client, it->things[i], it->arn, ret_error)));
	return ZT_OK;
}

/* Deleting is refused while the certificate is ACTIVE (a handler may just have activated it) or attached. */
zt_status zt_sweep_retire(zt_aws_client *client, const zt_sweep_retirement *it, zt_error *ret_error)
{
	for (unsigned tries = 1;; tries++) {
		TRY(loosen(client, it, ret_error));
		zt_status status = zt_iot_certificate_delete(client, it->id, true, ret_error);
		if ((status != ZT_E_STATE && status != ZT_E_CONFLICT) || tries == DELETE_TRIES)
			return absent_is_fine(status);
		zt_aws_client_pause(client, (int64_t)zt_random_below((uint64_t)DELETE_WAIT_MS << tries));
	}
}
