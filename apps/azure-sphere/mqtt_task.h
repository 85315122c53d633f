/* Onboards and stays connected by MQTT over wolfSSL with the device library: publishes the device's state once a
 * period, learns the name of its Thing, and follows the desired state of its shadow. */
#ifndef MQTT_TASK_H
#define MQTT_TASK_H

#include "config.h"
#include "exit_codes.h"
#include "led.h"
#include "port/azure-sphere/identity.h"
#include "port/azure-sphere/stream.h"
#include "timer.h"
#include "zerotouch/device.h"
#include "zerotouch/shadow.h"
#include "zerotouch/thing.h"

enum {
	MQTT_OUT_BYTES = 2048,
	MQTT_IN_BYTES = 10 * 1024, /* a whole shadow (8 KB) with its topic */
	MQTT_REPORT_BYTES = 512,
};

typedef struct {
	const Config *config;
	Timer timer;
	zt_device device;
	zt_sphere_stream stream, beside;
	zt_daa_identity daa;
	Led led;
	zt_thing thing;
	zt_subscription subscriptions[1 + ZT_SHADOW_SUBSCRIPTIONS]; /* the Thing's name, then its shadow */
	zt_shadow shadow;
	bool knows_thing, asked; /* asked: the shadow was read once on this connection */
	bool report;             /* the shadow is to be told the LED's state */
	int64_t publish_at_ms;   /* monotonic: the next message */
	zt_message message;      /* on its way, and the memory that it borrows from */
	zt_buf composed;
	uint8_t memory[MQTT_REPORT_BYTES + ZT_SHADOW_TOPIC_MAX];
	uint8_t out[MQTT_OUT_BYTES], in[MQTT_IN_BYTES], aside[ZT_DEVICE_ASIDE_MIN];
} MqttTask;

ExitCode MqttTask_Init(MqttTask *task, const Config *config, EventLoop *loop, const char *roots,
		       void (*broken)(void *));
/* Says goodbye to the server. A zeroed one is fine. */
void MqttTask_Deinit(MqttTask *task);

#endif
