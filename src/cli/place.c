#include "cli/place.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/timefmt.h"

enum { PATH_TEXT_MAX = 4096, ENDPOINTS_MAX = 64 * 1024, LOG_TAIL_MAX = 8 * 1024 * 1024, LOOK_AGAIN_MS = 50 };

zt_status zt_place_state(const char *name, zt_str *ret_dir, zt_error *ret_error)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (state && state[0] == '/')
		return zt_str_printf(ret_dir, "%s/zerotouch/%s", state, name);
	if (home && home[0] == '/')
		return zt_str_printf(ret_dir, "%s/.local/state/zerotouch/%s", home, name);
	return zt_error_set(ret_error, ZT_E_CONFIG, "neither $XDG_STATE_HOME nor $HOME says where to keep data");
}

zt_status zt_place_default(const char *given, zt_str *ret_dir, zt_error *ret_error)
{
	return given ? zt_str_put_text(ret_dir, given) : zt_place_state("local", ret_dir, ret_error);
}

zt_status zt_place_endpoints(const char *dir, const char *daemon, json_t **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX), text = ZT_STR(ENDPOINTS_MAX);
	TRY(zt_str_printf(&path, "%s/%s/endpoints.json", dir, daemon));
	zt_status status = zt_file_read(zt_str_text(&path), &text, ret_error);
	if (status == ZT_E_NOT_FOUND)
		return zt_error_set(ret_error, status,
				    "no zerotouch-%s runs with its data in %s/%s: start it with 'zerotouch local up'",
				    daemon, dir, daemon);
	TRY(status);
	return zt_json_parse(zt_str_view(&text), ret, ret_error);
}

/* The last line of a daemon's log says why it did not start. */
static zt_status last_words(const char *dir, const char *daemon, int exit_status, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX), text = ZT_STR(LOG_TAIL_MAX);
	zt_view line = ZT_VIEW_EMPTY;
	TRY(zt_str_printf(&path, "%s/%s.log", dir, daemon));
	if (zt_file_read(zt_str_text(&path), &text, NULL) == ZT_OK) {
		line = zt_view_trim(zt_str_view(&text));
		for (size_t end = zt_view_find(line, '\n'); end < line.n; end = zt_view_find(line, '\n'))
			line = zt_view_from(line, end + 1);
	}
	return zt_error_set(ret_error, ZT_E_FAILED, "zerotouch-%s ended with exit status %d: %.*s (log: %s)", daemon,
			    exit_status, ZT_PRI(line), zt_str_text(&path));
}

/* Returns when something was renamed into the folder, or after a while: the folder may not be there yet. */
static void wait_for_change(const char *folder)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	bool watched = fd >= 0 && inotify_add_watch(fd, folder, IN_MOVED_TO) >= 0;
	struct pollfd changed = { .fd = watched ? fd : -1, .events = POLLIN };
	(void)poll(&changed, 1, watched ? LOOK_AGAIN_MS : 1);
	if (fd >= 0)
		(void)close(fd);
}

zt_status zt_place_wait(const char *dir, const char *daemon, zt_child *child, int timeout_ms, json_t **ret,
			zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str folder = ZT_STR(PATH_TEXT_MAX);
	const int64_t deadline = zt_time_mono_ms() + timeout_ms;
	TRY(zt_path_join(&folder, dir, daemon));
	while (zt_place_endpoints(dir, daemon, ret, ret_error) != ZT_OK) {
		int exit_status = 0;
		if (!zt_child_runs(child, &exit_status))
			return last_words(dir, daemon, exit_status, ret_error);
		if (zt_time_mono_ms() > deadline)
			return zt_error_set(ret_error, ZT_E_TIMEOUT,
					    "zerotouch-%s is not ready after %d s (log: %s/%s.log)", daemon,
					    timeout_ms / 1000, dir, daemon);
		wait_for_change(zt_str_text(&folder));
	}
	return ZT_OK;
}

zt_status zt_place_start(const char *dir, const char *daemon, bool pick_ports, zt_child *ret_child, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str data = ZT_STR(PATH_TEXT_MAX), log = ZT_STR(PATH_TEXT_MAX), program = ZT_STR(64);
	ZT_CLEANUP(zt_str_free) zt_str stale = ZT_STR(PATH_TEXT_MAX);
	TRY(zt_dir_make(dir, 0700, ret_error));
	TRY(zt_path_join(&data, dir, daemon));
	TRY(zt_str_printf(&log, "%s/%s.log", dir, daemon));
	TRY(zt_str_printf(&stale, "%s/%s/endpoints.json", dir, daemon));
	TRY(zt_str_printf(&program, "zerotouch-%s", daemon));
	ZT_CLEANUP(zt_json_decref) json_t *running = NULL;
	if (zt_place_endpoints(dir, daemon, &running, NULL) == ZT_OK &&
	    getpgid((pid_t)json_integer_value(json_object_get(running, "pid"))) > 0)
		return zt_error_set(ret_error, ZT_E_EXISTS,
				    "zerotouch-%s with its data in %s/%s runs already (process %lld)", daemon, dir,
				    daemon, (long long)json_integer_value(json_object_get(running, "pid")));
	/* Left by a killed daemon; its successor writes a new one when it is ready. */
	TRY(zt_path_remove(zt_str_text(&stale), ret_error));
	const char *argv[] = { zt_str_text(&program), "--data", zt_str_text(&data), pick_ports ? "--pick-ports" : NULL,
			       NULL };
	return zt_child_start(ret_child, argv, zt_str_text(&log), ret_error);
}
