#include "cloud/broker/login.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/random.h"

void zt_broker_login_put(const zt_broker_login *login, zt_mqtt_connect *connect)
{
	connect->has_username = connect->has_password = login->username.n > 0;
	connect->username = login->username;
	connect->password = login->password;
}

void zt_broker_client_id(char ret_text[ZT_BROKER_CLIENT_ID_TEXT])
{
	uint64_t random;
	zt_random_bytes(&random, sizeof random);
	(void)snprintf(ret_text, ZT_BROKER_CLIENT_ID_TEXT, "s/%016" PRIx64, random);
}
