/* Onboards by HTTPS through libcurl, then posts the device's state once a period. */
#ifndef HTTPS_TASK_H
#define HTTPS_TASK_H

#include "config.h"
#include "exit_codes.h"
#include "led.h"
#include "port/azure-sphere/https.h"
#include "port/azure-sphere/identity.h"
#include "timer.h"
#include "zerotouch/clock.h"
#include "zerotouch/onboarding.h"

typedef struct {
	const Config *config;
	Timer timer;
	zt_sphere_https https;
	zt_onboarding onboarding;
	zt_daa_identity daa;
	zt_identity identity;
	zt_identity_info info;
	zt_clock clock;
	zt_entropy entropy;
	zt_reason told;
	bool fresh; /* the next request opens a new connection */
	Led led;
	zt_message message;
} HttpsTask;

ExitCode HttpsTask_Init(HttpsTask *task, const Config *config, EventLoop *loop, const char *roots,
			void (*broken)(void *));
/* A zeroed one is fine. */
void HttpsTask_Deinit(HttpsTask *task);

#endif
