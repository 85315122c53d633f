/* Whether an operator's broker can do what the gateway needs of it; asked once, at the start. */
#ifndef ZT_CLOUD_BROKER_PROBE_H
#define ZT_CLOUD_BROKER_PROBE_H

#include "cloud/broker/remote.h"

/* Runs the loop until the broker has shown all: MQTT 5, what its CONNACK promises, a message to ourselves on a `$`
 * topic with a user property, one through a shared subscription. ZT_E_CONFIG names what is missing;
 * ZT_E_CREDENTIALS; ZT_E_NETWORK when it is not reached; ZT_E_CANCELLED when the loop was told to end. */
ZT_NODISCARD zt_status zt_broker_probe(struct event_base *loop, zt_dialer *dialer, const zt_dial_spec *where,
				       zt_broker_login login, zt_error *ret_error);

#endif
