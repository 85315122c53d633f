#include "cloud/gateway/mqtt_connect.h"

#include "base/random.h"
#include "base/str.h"
#include "cloud/accept/accept.h"
#include "mqtt/properties.h"
#include "mqtt/topic.h"

enum {
	PROPERTIES_ROOM = 256,
};

typedef struct {
	const zt_mqtt_connect *connect;
	zt_connect_plan *plan;
	zt_connect_refusal *refusal;
} reading;

static zt_status refuse_because(const reading *r, zt_refusal_rule rule, uint8_t code, const char *detail)
{
	*r->refusal =
	    (zt_connect_refusal){ .rule = rule, .version = r->connect->version, .code = code, .detail = detail };
	zt_text_cut(r->refusal->client_id, sizeof r->refusal->client_id, r->connect->client_id);
	return ZT_E_DENIED;
}

static zt_status refuse(const reading *r, zt_refusal_rule rule, uint8_t code)
{
	return refuse_because(r, rule, code, "");
}

static zt_status take_client_id(const reading *r)
{
	zt_view id = r->connect->client_id;
	if (id.n > ZT_CLIENT_ID_MAX)
		return refuse(r, ZT_REFUSED_CLIENT_ID, ZT_RC_CLIENT_ID_INVALID);
	if (id.n)
		return zt_text_copy(r->plan->client_id, sizeof r->plan->client_id, id);
	/* MQTT-3.1.3-8: without an id there is no session to come back to. */
	if (r->connect->version == ZT_MQTT_V311 && !r->connect->clean)
		return refuse(r, ZT_REFUSED_CLIENT_ID, ZT_RC_CLIENT_ID_INVALID);
	zt_uuid(r->plan->client_id);
	r->plan->assigned = true;
	return ZT_OK;
}

static void take_keep_alive(const reading *r)
{
	uint16_t s = r->connect->keep_alive_s;
	if (s == 0 || s > ZT_KEEP_ALIVE_MAX_S)
		s = ZT_KEEP_ALIVE_MAX_S;
	r->plan->keep_alive_s = s < ZT_KEEP_ALIVE_MIN_S ? ZT_KEEP_ALIVE_MIN_S : s;
}

static zt_status take_properties(const reading *r)
{
	zt_mqtt_property p;
	zt_view all = r->connect->properties;
	if (zt_mqtt_properties_check(all, ZT_MQTT_CONNECT, false) != ZT_OK)
		return refuse(r, ZT_REFUSED_MALFORMED, ZT_RC_UNSPECIFIED);
	if (zt_mqtt_property_find(all, ZT_PROP_AUTH_METHOD, &p))
		return refuse_because(r, ZT_REFUSED_MALFORMED, ZT_RC_UNSPECIFIED,
				      "enhanced authentication is not supported");
	if (zt_mqtt_property_find(all, ZT_PROP_SESSION_EXPIRY, &p))
		r->plan->session_expiry_s = p.number;
	r->plan->expiry_lowered = r->plan->session_expiry_s > ZT_SESSION_EXPIRY_MAX_S;
	if (r->plan->expiry_lowered)
		r->plan->session_expiry_s = ZT_SESSION_EXPIRY_MAX_S;
	if (zt_mqtt_property_find(all, ZT_PROP_RECEIVE_MAXIMUM, &p) && p.number < ZT_RECEIVE_MAX)
		r->plan->receive_max = (uint16_t)p.number;
	if (zt_mqtt_property_find(all, ZT_PROP_MAXIMUM_PACKET_SIZE, &p))
		r->plan->packet_max = p.number;
	if (r->plan->packet_max && r->plan->packet_max < ZT_CLIENT_PACKET_MIN)
		return refuse(r, ZT_REFUSED_CLIENT_PACKETS, ZT_RC_UNSPECIFIED);
	return ZT_OK;
}

bool zt_property_within_limit(const zt_mqtt_property *property, size_t *user_bytes)
{
	switch (property->id) {
	case ZT_PROP_CORRELATION_DATA:
		return property->text.n <= ZT_CORRELATION_MAX;
	case ZT_PROP_CONTENT_TYPE:
		return property->text.n <= ZT_CONTENT_TYPE_MAX;
	case ZT_PROP_RESPONSE_TOPIC:
		return zt_topic_within_limits(property->text);
	case ZT_PROP_USER_PROPERTY:
		*user_bytes += property->name.n + property->text.n;
		return *user_bytes <= ZT_USER_PROPERTIES_MAX;
	default:
		return true;
	}
}

static bool are_within_limits(zt_view properties)
{
	zt_mqtt_property property;
	size_t user_bytes = 0;
	while (zt_mqtt_property_next(&properties, &property))
		if (!zt_property_within_limit(&property, &user_bytes))
			return false;
	return true;
}

static zt_status check_will(const reading *r)
{
	const zt_mqtt_connect *c = r->connect;
	if (!c->has_will)
		return ZT_OK;
	if (zt_mqtt_properties_check(c->will_properties, ZT_MQTT_CONNECT, true) != ZT_OK)
		return refuse(r, ZT_REFUSED_MALFORMED, ZT_RC_UNSPECIFIED);
	if (!are_within_limits(c->will_properties))
		return refuse_because(r, ZT_REFUSED_PROPERTIES, ZT_RC_QUOTA_EXCEEDED, "of the will");
	if (c->will_qos == 2)
		return refuse(r, ZT_REFUSED_QOS, ZT_RC_QOS_NOT_SUPPORTED);
	if (!zt_topic_is_valid(c->will_topic) || !zt_topic_within_limits(c->will_topic))
		return refuse(r, ZT_REFUSED_TOPIC, ZT_RC_TOPIC_NAME_INVALID);
	zt_topic_kind kind = zt_topic_kind_of(c->will_topic);
	/* Nobody would be there any more for the answer to a request. */
	if (kind == ZT_TOPIC_RESERVED || kind == ZT_TOPIC_REQUEST || (c->will_retain && kind != ZT_TOPIC_ORDINARY))
		return refuse_because(r, ZT_REFUSED_RESERVED, ZT_RC_NOT_AUTHORIZED, "the will's topic");
	return ZT_OK;
}

zt_status zt_connect_read(const zt_mqtt_frame *frame, zt_mqtt_connect *ret_connect, zt_connect_plan *ret_plan,
			  zt_connect_refusal *ret_refusal)
{
	zt_mqtt_connect connect = { .version = ZT_MQTT_V311 };
	zt_connect_plan plan = { .receive_max = ZT_RECEIVE_MAX };
	const reading r = { &connect, &plan, ret_refusal };
	zt_status status = zt_mqtt_read_connect(frame, &connect);
	if (status != ZT_OK)
		return refuse(&r, status == ZT_E_UNSUPPORTED ? ZT_REFUSED_VERSION : ZT_REFUSED_MALFORMED,
			      ZT_RC_UNSPECIFIED);
	plan.version = connect.version;
	plan.clean = connect.clean;
	if (connect.version == ZT_MQTT_V311 && !connect.clean)
		plan.session_expiry_s = ZT_SESSION_EXPIRY_MAX_S;
	take_keep_alive(&r);
	TRY(take_client_id(&r));
	TRY(take_properties(&r));
	TRY(check_will(&r));
	*ret_connect = connect;
	*ret_plan = plan;
	return ZT_OK;
}

void zt_connect_put_upstream(const zt_connect_plan *plan, zt_broker_login login, zt_buf *out)
{
	uint8_t properties[PROPERTIES_ROOM], id[ZT_CLIENT_ID_MAX + sizeof "d/"];
	zt_buf p = ZT_BUF(properties), name = ZT_BUF(id);
	if (plan->session_expiry_s)
		zt_mqtt_put_number(&p, ZT_PROP_SESSION_EXPIRY, plan->session_expiry_s);
	zt_mqtt_put_number(&p, ZT_PROP_RECEIVE_MAXIMUM, plan->receive_max);
	if (plan->packet_max)
		zt_mqtt_put_number(&p, ZT_PROP_MAXIMUM_PACKET_SIZE, plan->packet_max);
	zt_buf_put(&name, ZT_LIT("d/"));
	zt_buf_put_text(&name, plan->client_id);
	zt_mqtt_connect connect = {
		.version = ZT_MQTT_V5,
		.clean = plan->clean,
		.properties = zt_buf_view(&p),
		.client_id = zt_buf_view(&name),
	};
	zt_broker_login_put(&login, &connect);
	zt_mqtt_write_connect(out, &connect);
}

/* What AWS's CONNACK holds (AWS IoT, "MQTT 5 CONNACK properties"). */
static void put_properties(const zt_connect_plan *plan, zt_buf *p)
{
	if (plan->expiry_lowered)
		zt_mqtt_put_number(p, ZT_PROP_SESSION_EXPIRY, plan->session_expiry_s);
	zt_mqtt_put_number(p, ZT_PROP_RECEIVE_MAXIMUM, ZT_RECEIVE_MAX);
	zt_mqtt_put_number(p, ZT_PROP_MAXIMUM_QOS, 1);
	zt_mqtt_put_number(p, ZT_PROP_RETAIN_AVAILABLE, 1);
	zt_mqtt_put_number(p, ZT_PROP_MAXIMUM_PACKET_SIZE, ZT_PACKET_MAX);
	if (plan->assigned)
		zt_mqtt_put_text(p, ZT_PROP_ASSIGNED_CLIENT_ID, zt_view_of(plan->client_id));
	zt_mqtt_put_number(p, ZT_PROP_TOPIC_ALIAS_MAXIMUM, ZT_ALIASES_MAX);
	zt_mqtt_put_number(p, ZT_PROP_WILDCARD_AVAILABLE, 1);
	zt_mqtt_put_number(p, ZT_PROP_SUBSCRIPTION_ID_AVAILABLE, 0);
	zt_mqtt_put_number(p, ZT_PROP_SHARED_AVAILABLE, 1);
	zt_mqtt_put_number(p, ZT_PROP_SERVER_KEEP_ALIVE, plan->keep_alive_s);
}

void zt_connect_put_connack(const zt_connect_plan *plan, bool session_present, zt_buf *out)
{
	uint8_t properties[PROPERTIES_ROOM];
	zt_buf p = ZT_BUF(properties);
	if (plan->version == ZT_MQTT_V5)
		put_properties(plan, &p);
	const zt_mqtt_connack connack = { .session_present = session_present, .properties = zt_buf_view(&p) };
	zt_mqtt_write_connack(out, plan->version, &connack);
}

void zt_connect_put_refusal(zt_mqtt_version version, uint8_t code, zt_buf *out)
{
	if (version == ZT_MQTT_V5)
		zt_mqtt_write_connack(out, version, &(zt_mqtt_connack){ .code = code });
}

static void copy_will_properties(zt_view all, zt_buf *out)
{
	zt_mqtt_property p;
	while (zt_mqtt_property_next(&all, &p))
		if (p.id != ZT_PROP_WILL_DELAY)
			zt_buf_put(out, p.whole);
}

zt_status zt_will_copy(const zt_mqtt_connect *c, zt_will *ret)
{
	*ret = (zt_will){ 0 };
	if (!c->has_will)
		return ZT_OK;
	size_t n = c->will_topic.n + c->will_payload.n + c->will_properties.n;
	uint8_t *bytes = malloc(n);
	ENSURE(bytes, ZT_E_NOMEM);
	zt_buf out = zt_buf_make(bytes, n);
	zt_buf_put(&out, c->will_topic);
	zt_buf_put(&out, c->will_payload);
	copy_will_properties(c->will_properties, &out);
	size_t before_properties = c->will_topic.n + c->will_payload.n;
	*ret = (zt_will){
		.message = { .topic = { bytes, c->will_topic.n },
			     .payload = { bytes + c->will_topic.n, c->will_payload.n },
			     .properties = { bytes + before_properties, out.n - before_properties },
			     .qos = c->will_qos,
			     .retain = c->will_retain },
		.bytes = bytes,
	};
	return ZT_OK;
}

void zt_will_free(zt_will *will)
{
	free(will->bytes);
	*will = (zt_will){ 0 };
}
