/* Inside `zerotouch-device run`: what its parts share. */
#ifndef ZT_AGENT_RUN_H
#define ZT_AGENT_RUN_H

#include "agent/command.h"
#include "agent/config.h"
#include "agent/lines.h"
#include "agent/outbox.h"
#include "agent/report.h"
#include "agent/thing_shadow.h"
#include "port/linux/device_files.h"

typedef struct {
	zt_agent_config config;
	zt_device_files files;
	zt_report report;
	zt_client *client;
	zt_subscription subscriptions[ZT_OPT_LIST_MAX];
	int signals;
	bool stop;
	int64_t renew_at_ms, watchdog_at_ms;
	char identity_trouble[sizeof((zt_error *)0)->text]; /* told last */

	/* options */
	zt_opt_list filters;
	const char *topic, *file, *sensor, *keep, *will;
	const char *shadow_command, *shadow_name, *thing_name;
	unsigned qos, keep_alive_s, every_s, outbox_slots;
	bool until_eof, no_outbox, mqtt5;

	/* input: lines, or what the sensor command says */
	zt_lines lines;
	zt_agent_command sensing;
	int64_t sense_at_ms;
	zt_str reading; /* what the sensor said, until it is taken */
	bool has_reading, publishing, told_full;
	zt_message message; /* the one that is being published without an outbox */
	zt_message will_message;
	zt_agent_outbox box;

	/* shadow */
	zt_agent_shadow shadow;
	zt_agent_command applying;
	zt_str difference; /* the delta that the command is applying */
	zt_str change;     /* what to report when it has */
	uint8_t shadow_memory[ZT_SHADOW_DOCUMENT_MAX + 1024];
	bool want_get, want_update, asking;
} zt_agent_run_state;

/* Input. Opens --file, or takes standard input. */
ZT_NODISCARD zt_status zt_run_input_begin(zt_agent_run_state *run, zt_error *ret_error);
/* Hands over what there is: to the outbox, or one by one to the client. */
void zt_run_input_step(zt_agent_run_state *run);
/* The message without an outbox has come to its end. */
void zt_run_input_settled(zt_agent_run_state *run);
/* Whether the descriptor of the lines should be polled for more. */
bool zt_run_input_wanted(const zt_agent_run_state *run);
void zt_run_input_read(zt_agent_run_state *run);
/* Nothing more will come, and all that came is published. */
bool zt_run_input_done(const zt_agent_run_state *run);

/* Shadow; nothing happens without --shadow-command. */
ZT_NODISCARD zt_status zt_run_shadow_begin(zt_agent_run_state *run, zt_error *ret_error);
void zt_run_shadow_take(zt_agent_run_state *run, const zt_event *event);
void zt_run_shadow_step(zt_agent_run_state *run);

#endif
