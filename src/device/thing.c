#include "zerotouch/thing.h"

#include <string.h>

#include "mqtt/topic.h"
#include "zerotouch/json_view.h"

zt_status zt_thing_init(zt_thing *thing, zt_view device_id)
{
	*thing = (zt_thing){ 0 };
	ENSURE(device_id.n && device_id.n <= ZT_DEVICE_NAME_MAX && zt_topic_is_valid(device_id) &&
		   zt_view_find(device_id, '/') == device_id.n,
	       ZT_E_INVALID);
	zt_buf out = zt_buf_make(thing->filter, ZT_THING_FILTER_MAX + 1);
	zt_buf_put_text(&out, "zerotouch/");
	zt_buf_put(&out, device_id);
	zt_buf_put_text(&out, "/identity");
	return zt_buf_finish_text(&out);
}

zt_subscription zt_thing_subscription(const zt_thing *thing)
{
	return (zt_subscription){ zt_view_of(thing->filter), 1 };
}

bool zt_thing_name_is_valid(zt_view name, size_t max)
{
	return name.n && name.n <= max && zt_view_is_made_of(name, ":_-");
}

zt_status zt_thing_is(zt_thing *thing, zt_view name)
{
	ENSURE(zt_thing_name_is_valid(name, ZT_THING_NAME_MAX), ZT_E_INVALID);
	memcpy(thing->name, name.p, name.n);
	thing->name[name.n] = 0;
	return ZT_OK;
}

zt_status zt_thing_take(zt_thing *thing, const zt_message *message)
{
	zt_view value, name;
	ENSURE(zt_view_equal(message->topic, zt_view_of(thing->filter)), ZT_E_NOT_FOUND);
	TRY(zt_jv_check(message->payload));
	ENSURE(zt_jv_member(message->payload, "thingName", &value) && zt_jv_text(value, &name), ZT_E_PROTOCOL);
	return zt_thing_is(thing, name) == ZT_OK ? ZT_OK : ZT_E_PROTOCOL;
}
