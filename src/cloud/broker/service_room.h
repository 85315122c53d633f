/* Inside of the service connection. */
#ifndef ZT_CLOUD_BROKER_SERVICE_ROOM_H
#define ZT_CLOUD_BROKER_SERVICE_ROOM_H

#include "cloud/broker/retained_sync.h"
#include "cloud/broker/service.h"

typedef enum {
	DOWN,
	CONNECTING, /* CONNECT sent */
	LOOKING,    /* the broker tells what it has retained */
	RESTORING,  /* it gets what it lacks */
	CONFIRMING, /* it has been sent all of it: once it answers our PINGREQ, it has it */
	READY
} service_state;

struct zt_service {
	zt_service_spec spec;
	char client_id[ZT_BROKER_CLIENT_ID_TEXT];
	void *ticket;
	struct bufferevent *stream;
	struct event *again;
	struct event *ping; /* for the keep-alive that an operator's broker may impose */
	service_state state;
	bool restored; /* this broker process has its retained messages */
	zt_retained_sync *sync;
	zt_outgoing_list waiting, sent;
	size_t sent_count, sent_max, count, bytes;
	uint16_t last_id;
};

/* service_packets.c: what we write; false when memory is out. */
ZT_NODISCARD bool zt_service_say_hello(zt_service *service);
/* Everything retained is told as QoS 0 before the UNSUBACK comes. */
ZT_NODISCARD bool zt_service_ask_for_retained(zt_service *service);
ZT_NODISCARD bool zt_service_ping(zt_service *service);
/* Beside the queue and without an acknowledgement that anybody waits for, unless it has a packet id. */
ZT_NODISCARD bool zt_service_write(zt_service *service, const zt_outgoing *outgoing);

/* service_answers.c: one packet of the broker. Anything but ZT_OK ends the connection. */
ZT_NODISCARD zt_status zt_service_hear(zt_service *service, const zt_mqtt_frame *frame);

/* service.c: it is off the queue; tells its publisher. */
void zt_service_end(zt_service *service, zt_outgoing *outgoing, zt_status status);

#endif
