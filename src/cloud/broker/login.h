/* How we name ourselves to the broker. */
#ifndef ZT_CLOUD_BROKER_LOGIN_H
#define ZT_CLOUD_BROKER_LOGIN_H

#include "mqtt/packet.h"

enum { ZT_BROKER_CLIENT_ID_TEXT = 19 };

/* What each CONNECT to the broker carries. Borrowed; an empty user name: nothing. */
typedef struct {
	zt_view username, password;
} zt_broker_login;

void zt_broker_login_put(const zt_broker_login *login, zt_mqtt_connect *connect);
/* "s/" and 16 random digits: gateways that share a broker must not take each other's connections over. */
void zt_broker_client_id(char ret_text[ZT_BROKER_CLIENT_ID_TEXT]);

#endif
