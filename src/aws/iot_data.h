/* AWS IoT data plane. The client must know the data endpoint (zt_aws_client_set_data_endpoint), ZT_E_CONFIG otherwise.
 */
#ifndef ZT_AWS_IOT_DATA_H
#define ZT_AWS_IOT_DATA_H

#include "aws/client.h"

/* QoS 0 or 1. A retained empty payload clears the retained message. */
ZT_NODISCARD zt_status zt_iot_publish(zt_aws_client *client, zt_view topic, zt_view payload, unsigned qos, bool retain,
				      zt_error *ret_error);

#endif
