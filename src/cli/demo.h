/* The demo's world: two daemons, a watcher, two devices, and what the steps learn about them. */
#ifndef ZT_CLI_DEMO_H
#define ZT_CLI_DEMO_H

#include <jansson.h>

#include "base/error.h"
#include "base/str.h"
#include "cli/child.h"

#define ZT_DEMO_TOPIC "myhome/myroom"
#define ZT_DEMO_MESSAGE "{\"state\":{\"reported\":{\"LED\":\"ON\"}}}"

enum { ZT_DEMO_DEVICES = 2, ZT_DEMO_PATH_MAX = 1024, ZT_DEMO_TIMEOUT_MS = 60000, ZT_DEMO_THING_MAX = 129 };

typedef struct {
	char state[ZT_DEMO_PATH_MAX]; /* its state folder */
	char id[129];
	char thing[ZT_DEMO_THING_MAX];
	char certificate[65];
	int64_t onboarding_ms; /* from first connect to first accepted message */
} zt_demo_device;

typedef struct {
	const char *dir;
	char log[ZT_DEMO_PATH_MAX]; /* what the commands say */
	zt_child attest, cloud, watch;
	json_t *attest_endpoints, *cloud_endpoints;
	char tenant[37];
	zt_demo_device devices[ZT_DEMO_DEVICES];
	char control_url[64], attest_url[128], operator_socket[ZT_DEMO_PATH_MAX], mqtt_port[8], https_port[8],
	    all_port[8];
	char cloud_ca[ZT_DEMO_PATH_MAX], attest_ca[ZT_DEMO_PATH_MAX];
	int64_t started_ms;
} zt_demo;

typedef struct {
	const char *title;
	zt_status (*run)(zt_demo *demo, zt_error *ret_error);
} zt_demo_step;

extern const zt_demo_step zt_demo_steps[];
extern const size_t zt_demo_step_count;

/* Shows and runs one command; its standard output goes to *out (NULL: dropped). ZT_E_FAILED with its last words. */
ZT_NODISCARD zt_status zt_demo_run(zt_demo *demo, const char *const *argv, zt_str *out, zt_error *ret_error);
/* The same for a command that prints JSON. */
ZT_NODISCARD zt_status zt_demo_run_json(zt_demo *demo, const char *const *argv, json_t **ret, zt_error *ret_error);
/* Ends the children, the last started first. Whatever runs or not. */
void zt_demo_down(zt_demo *demo);

#endif
