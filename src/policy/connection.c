#include "policy/connection.h"

static bool one(zt_view value, size_t index, zt_view *ret)
{
	if (index > 0 || value.n == 0)
		return false;
	*ret = value;
	return true;
}

static bool thing_value(const zt_policy_connection *c, zt_view name, size_t index, zt_view *ret)
{
	zt_view attribute = name;
	if (zt_view_equal_nocase(
		name,
		ZT_LIT("IsAttached"))) /* the connection is bound to a thing (AWS IoT, "Thing policy variables") */
		return c->client_id.n && one(c->thing_name.n ? ZT_LIT("true") : ZT_LIT("false"), index, ret);
	if (zt_view_equal_nocase(name, ZT_LIT("ThingName")))
		return one(c->thing_name, index, ret);
	if (zt_view_equal_nocase(name, ZT_LIT("ThingTypeName")))
		return one(c->thing_type, index, ret);
	if (!zt_view_take_prefix_nocase(&attribute, ZT_LIT("Attributes[")) || !zt_view_ends(attribute, ZT_LIT("]")))
		return false;
	const json_t *value = json_object_getn(c->attributes, (const char *)attribute.p, attribute.n - 1);
	return json_is_string(value) &&
	       one(zt_view_make(json_string_value(value), json_string_length(value)), index, ret);
}

bool zt_policy_connection_value(const zt_policy_connection *connection, zt_view name, size_t index, zt_view *ret)
{
	zt_view rest = name;
	if (zt_view_take_prefix_nocase(&rest, ZT_LIT("iot:Connection.Thing.")))
		return thing_value(connection, rest, index, ret);
	return zt_view_equal_nocase(name, ZT_LIT("iot:ClientId")) && one(connection->client_id, index, ret);
}
