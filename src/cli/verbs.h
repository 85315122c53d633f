/* The verbs of the command line: one file each, cmd_<verb>.c. */
#ifndef ZT_CLI_VERBS_H
#define ZT_CLI_VERBS_H

#include "base/verbs.h"

zt_status zt_cmd_azure_sphere(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_certificates(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_certificates_prune(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_completion(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_demo(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_doctor(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_local(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_plan(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_policy(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_setup(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_status(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_teardown(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_tenant(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_things(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_watch(int argc, char **argv, zt_error *ret_error);
zt_status zt_cmd_why(int argc, char **argv, zt_error *ret_error);

/* All of them, in the order of --help. */
extern const zt_verb zt_cli_verbs[];
extern const size_t zt_cli_verb_count;

#endif
