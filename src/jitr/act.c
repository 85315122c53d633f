#include "jitr/act.h"

#include "aws/iot_certificate.h"
#include "aws/iot_data.h"
#include "base/json.h"
#include "jitr/attach.h"
#include "jitr/register.h"
#include "jitr/retire.h"

enum { TOPIC_MAX = 256 /* AWS IoT: bytes of a topic */ };

/* docs/contracts.md, "Things": only the handler may publish it, only that device may subscribe to it. */
static zt_status tell(zt_jitr_act *act, zt_error *ret_error)
{
	char topic[TOPIC_MAX + 1];
	(void)snprintf(topic, sizeof topic, "zerotouch/%s/identity", act->certificate->device_id);
	ZT_JSON_CLEANUP json_t *message = json_pack("{s:s}", "thingName", act->thing->name);
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(TOPIC_MAX + ZT_THING_NAME_MAX);
	ENSURE(message, ZT_E_NOMEM);
	TRY(zt_json_write(message, &text));
	return zt_iot_publish(act->client, zt_view_of(topic), zt_str_view(&text), 1, true, ret_error);
}

/* A certificate that is gone was retired for a newer one meanwhile, or removed by somebody: look again. */
static zt_status activate(zt_jitr_act *act, zt_error *ret_error)
{
	zt_status status =
	    zt_iot_certificate_update(act->client, zt_view_of(act->certificate->id), ZT_LIT("ACTIVE"), ret_error);
	return status == ZT_E_NOT_FOUND ? ZT_E_AGAIN : status;
}

static zt_status take(zt_jitr_act *act, zt_jitr_action action, zt_error *ret_error)
{
	switch (action) {
	case ZT_JITR_REGISTER_NEW:
	case ZT_JITR_REGISTER_AGAIN:
	case ZT_JITR_REGISTER_ACTIVE:
		return zt_jitr_register(act, action, ret_error);
	case ZT_JITR_ATTACH:
		return zt_jitr_attach(act, ret_error);
	case ZT_JITR_TELL:
		return tell(act, ret_error);
	case ZT_JITR_ACTIVATE:
		return activate(act, ret_error);
	case ZT_JITR_RETIRE:
		return zt_jitr_retire_others(act, ret_error);
	}
	return ZT_E_INTERNAL;
}

zt_status zt_jitr_act_on(zt_jitr_act *act, const zt_jitr_decision *decision, zt_error *ret_error)
{
	for (size_t i = 0; i < decision->action_count; i++)
		TRY(take(act, decision->actions[i], ret_error));
	return ZT_OK;
}
