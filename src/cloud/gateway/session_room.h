/* Inside of the session. */
#ifndef ZT_CLOUD_GATEWAY_SESSION_ROOM_H
#define ZT_CLOUD_GATEWAY_SESSION_ROOM_H

#include "cloud/gateway/session.h"

/* Fills session->end and returns ZT_E_DENIED. `verb` is a literal such as "PUBLISH". */
zt_status zt_session_stop(zt_session *session, zt_refusal_rule rule, uint8_t code, const char *verb, zt_view name);

/* The first half of the scratch is for packets, the second for what they are made of. */
zt_buf zt_session_packet_room(const zt_session *session);
zt_buf zt_session_parts_room(const zt_session *session);
/* Sends what was written; a packet that did not fit is our own fault and ends the session. */
ZT_NODISCARD zt_status zt_session_send_client(zt_session *session, const zt_buf *packet);
ZT_NODISCARD zt_status zt_session_send_broker(zt_session *session, const zt_buf *packet);

/* session_publish.c */
ZT_NODISCARD zt_status zt_session_publish(zt_session *session, const zt_mqtt_frame *frame);
ZT_NODISCARD zt_status zt_session_published(zt_session *session, const zt_mqtt_frame *frame);
/* session_deliver.c */
ZT_NODISCARD zt_status zt_session_deliver(zt_session *session, const zt_mqtt_frame *frame);
ZT_NODISCARD zt_status zt_session_delivered(zt_session *session, const zt_mqtt_frame *frame);
/* session_subscribe.c */
ZT_NODISCARD zt_status zt_session_subscribe(zt_session *session, const zt_mqtt_frame *frame);
ZT_NODISCARD zt_status zt_session_unsubscribe(zt_session *session, const zt_mqtt_frame *frame);
ZT_NODISCARD zt_status zt_session_subscribed(zt_session *session, const zt_mqtt_frame *frame);
void zt_session_forget_subscriptions(zt_session *session);

#endif
