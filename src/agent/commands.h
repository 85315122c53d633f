/* The commands of zerotouch-device: one file each, cmd_<name>.c. */
#ifndef ZT_AGENT_COMMANDS_H
#define ZT_AGENT_COMMANDS_H

#include "base/verbs.h"

zt_status zt_agent_init(int argc, char **argv, zt_error *ret_error);
zt_status zt_agent_id(int argc, char **argv, zt_error *ret_error);
zt_status zt_agent_attest(int argc, char **argv, zt_error *ret_error);
zt_status zt_agent_publish(int argc, char **argv, zt_error *ret_error);
zt_status zt_agent_shadow_verb(int argc, char **argv, zt_error *ret_error);
zt_status zt_agent_run(int argc, char **argv, zt_error *ret_error);

#endif
