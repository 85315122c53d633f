/* The inside of fleet provisioning by MQTT (AWS IoT, "Device provisioning MQTT API"): one request from its message to
 * its answer, which is told to the connection that asked and to nobody else. */
#ifndef ZT_CLOUD_API_FLEET_H
#define ZT_CLOUD_API_FLEET_H

#include "cloud/api/front.h"
#include "mqtt/topic.h"

enum {
	ZT_FLEET_REQUESTS_MAX = 256,
	ZT_FLEET_REQUESTS_A_CLIENT_MAX = 10,
	ZT_FLEET_PRINCIPAL_MAX = 256,
	ZT_FLEET_SWEEP_S = 60,
};

typedef struct zt_fleet_request {
	zt_api *api; /* NULL once it has been freed: nobody is answered any more */
	struct zt_fleet_request *next, **link;
	char client_id[129], principal[ZT_FLEET_PRINCIPAL_MAX], topic[ZT_TOPIC_MAX + 1];
	char template_name[37];
	json_t *body;   /* of the request to provision, while it is judged */
	json_t *answer; /* told when the change is durable */
} zt_fleet_request;

/* NULL when there is no memory, or too many are on their way (which is told). */
zt_fleet_request *zt_fleet_request_new(zt_api *api, const zt_publish *message);
void zt_fleet_request_free(zt_fleet_request *request);
/* Each takes over the request. */
void zt_fleet_reject(zt_fleet_request *request, zt_status status, const zt_error *error);
/* Commits, then tells request->answer. */
void zt_fleet_commit(zt_fleet_request *request, zt_txn *txn);
/* The api goes: what is on its way is not answered any more. */
void zt_fleet_forget_all(zt_api *api);

/* Drops tokens that have expired, and the certificates that nobody has activated or attached anything to. */
void zt_fleet_sweep(zt_api *api);

#endif
