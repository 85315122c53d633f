/* Where the local world keeps its things, and what its daemons say of themselves. */
#ifndef ZT_CLI_PLACE_H
#define ZT_CLI_PLACE_H

#include <jansson.h>

#include "base/error.h"
#include "base/str.h"
#include "cli/child.h"

/* $XDG_STATE_HOME/zerotouch/<name>, or ~/.local/state/zerotouch/<name>. ZT_E_CONFIG when neither is set. */
ZT_NODISCARD zt_status zt_place_state(const char *name, zt_str *ret_dir, zt_error *ret_error);
/* `given`, or the state folder "local". */
ZT_NODISCARD zt_status zt_place_default(const char *given, zt_str *ret_dir, zt_error *ret_error);
/* The endpoints file of the daemon whose data is in <dir>/<daemon> ("cloud", "attest"). ZT_E_NOT_FOUND names the
 * remedy. */
ZT_NODISCARD zt_status zt_place_endpoints(const char *dir, const char *daemon, json_t **ret, zt_error *ret_error);
/* The same, waited for while `child` starts; when the child ends first, the error holds the last line of its log. */
ZT_NODISCARD zt_status zt_place_wait(const char *dir, const char *daemon, zt_child *child, int timeout_ms, json_t **ret,
				     zt_error *ret_error);
/* Starts the daemon ("cloud" or "attest") with its data in <dir>/<daemon> and its log in <dir>/<daemon>.log. */
ZT_NODISCARD zt_status zt_place_start(const char *dir, const char *daemon, bool pick_ports, zt_child *ret_child,
				      zt_error *ret_error);

#endif
