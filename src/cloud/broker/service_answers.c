/* What the broker says on the service connection. */
#include "base/log.h"
#include "cloud/broker/service_room.h"
#include "mqtt/properties.h"

enum { IN_FLIGHT_MAX = 1000 };

static zt_status on_connack(zt_service *service, const zt_mqtt_frame *frame)
{
	zt_mqtt_connack connack;
	zt_mqtt_property receive_maximum;
	TRY(zt_mqtt_read_connack(frame, ZT_MQTT_V5, &connack));
	TRY(zt_mqtt_properties_check(connack.properties, ZT_MQTT_CONNACK, false));
	ENSURE(connack.code == ZT_RC_SUCCESS, ZT_E_DENIED);
	service->sent_max = IN_FLIGHT_MAX;
	if (zt_mqtt_property_find(connack.properties, ZT_PROP_RECEIVE_MAXIMUM, &receive_maximum) &&
	    receive_maximum.number < service->sent_max)
		service->sent_max = receive_maximum.number;
	if (service->restored) {
		service->state = READY;
		return ZT_OK;
	}
	service->state = LOOKING;
	TRY(zt_retained_sync_new(service->spec.registry, &service->sync));
	return zt_service_ask_for_retained(service) ? ZT_OK : ZT_E_NOMEM;
}

static zt_status on_publish(zt_service *service, const zt_mqtt_frame *frame)
{
	zt_mqtt_publish message;
	bool clear;
	TRY(zt_mqtt_read_publish(frame, ZT_MQTT_V5, &message));
	/* What is published while we look is none of the old. */
	if (!service->sync || !message.retain)
		return ZT_OK;
	TRY(zt_retained_sync_seen(service->sync, &message, &clear));
	if (!clear || service->spec.remote)
		return ZT_OK;
	const zt_outgoing nothing = { .message = { .topic = message.topic, .retain = true } };
	return zt_service_write(service, &nothing) ? ZT_OK : ZT_E_NOMEM;
}

static zt_status on_puback(zt_service *service, const zt_mqtt_frame *frame)
{
	zt_mqtt_ack ack;
	TRY(zt_mqtt_read_ack(frame, ZT_MQTT_V5, &ack));
	zt_outgoing *outgoing = ack.packet_id ? zt_outgoing_take(&service->sent, ack.packet_id) : NULL;
	ENSURE(outgoing, ZT_E_PROTOCOL);
	service->sent_count--;
	if (ack.code >= ZT_RC_UNSPECIFIED)
		LOG_WARNING("broker", "the broker refused a message", ZT_KV_INT("reason", ack.code),
			    ZT_KV_V("topic", outgoing->message.topic));
	zt_service_end(service, outgoing, ack.code < ZT_RC_UNSPECIFIED ? ZT_OK : ZT_E_DENIED);
	return ZT_OK;
}

static void on_restored(zt_service *service)
{
	zt_retained_sync_free(service->sync);
	service->sync = NULL;
	service->restored = true;
	service->state = READY;
	service->spec.ready(service->spec.context);
}

zt_status zt_service_hear(zt_service *service, const zt_mqtt_frame *frame)
{
	if (service->state == CONNECTING) {
		ENSURE(frame->type == ZT_MQTT_CONNACK, ZT_E_PROTOCOL);
		return on_connack(service, frame);
	}
	switch (frame->type) {
	case ZT_MQTT_PUBLISH:
		return on_publish(service, frame);
	case ZT_MQTT_PUBACK:
		return on_puback(service, frame);
	case ZT_MQTT_SUBACK:
		return ZT_OK;
	case ZT_MQTT_UNSUBACK:
		ENSURE(service->state == LOOKING, ZT_E_PROTOCOL);
		service->state = RESTORING;
		return ZT_OK;
	case ZT_MQTT_PINGRESP:
		ENSURE(service->state == CONFIRMING || service->spec.remote, ZT_E_PROTOCOL);
		if (service->state == CONFIRMING)
			on_restored(service);
		return ZT_OK;
	default:
		return ZT_E_PROTOCOL; /* DISCONNECT too: the broker has a reason to end this connection */
	}
}
