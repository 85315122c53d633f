#include "cloud/broker/mosquitto.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "net/child.h"

enum {
	PATH_TEXT_MAX = 4096,
	STOP_MS = 5000,   /* it writes its sessions within this */
	OLDER_MS = 30000, /* for one that a killed daemon left behind, and which may have many */
	LOOK_MS = 10,
	RESTART_MS = 50, /* before a new start; doubled while it dies at once */
	RESTART_MS_MAX = 5000,
	STEADY_MS = 10000,       /* having run so long, it was no failed start */
	INFLIGHT_MESSAGES = 100, /* AWS IoT Core quota "maximum number of in-flight QoS 1 messages" */
};

struct zt_mosquitto {
	struct event_base *loop;
	zt_mosquitto_events events;
	zt_child *child;
	struct event *restart;
	int lock; /* of the folder; the child holds it too, and longer where the daemon is killed */
	unsigned restart_ms;
	int64_t started_ms;
	zt_str program, folder, config, runtime, socket; /* folder: <data>/broker; runtime: the socket's */
};

static const char *const programs[] = { "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto" };

/* In PATH first; Debian puts it where a user's PATH does not reach. */
static zt_status find_program(const char *wanted, zt_str *ret, zt_error *ret_error)
{
	zt_view rest = zt_view_of(wanted ? "" : getenv("PATH")), dir;
	if (wanted)
		return zt_str_put_text(ret, wanted);
	while (zt_view_split(&rest, ':', &dir)) {
		zt_str_clear(ret);
		TRY(zt_str_printf(ret, "%.*s/mosquitto", ZT_PRI(dir)));
		if (dir.n && access(zt_str_text(ret), X_OK) == 0)
			return ZT_OK;
	}
	for (size_t i = 0; i < ZT_COUNT(programs); i++)
		if (access(programs[i], X_OK) == 0) {
			zt_str_clear(ret);
			return zt_str_put_text(ret, programs[i]);
		}
	return zt_error_set(ret_error, ZT_E_NOT_FOUND,
			    "mosquitto is missing: install Debian's package (apt-get install mosquitto)");
}

static zt_status make_folder(zt_mosquitto *m, const char *data_dir, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str given = ZT_STR(PATH_TEXT_MAX);
	TRY(zt_path_join(&given, data_dir, "broker"));
	TRY(zt_dir_make(zt_str_text(&given), 0700, ret_error));
	char absolute[PATH_TEXT_MAX];
	if (!realpath(zt_str_text(&given), absolute))
		return zt_error_errno(ret_error, ZT_E_IO, "cannot find %s", zt_str_text(&given));
	/* A line break in it would be an option of its own in the configuration. */
	ENSURE(!strchr(absolute, '\n'),
	       zt_error_set(ret_error, ZT_E_CONFIG, "a line break in the path of the data folder"));
	return zt_str_put_text(&m->folder, absolute);
}

/* A daemon that is killed leaves a mosquitto that is still writing what it has queued: whoever read its files now would
 * lose that. */
static zt_status wait_for_older(zt_mosquitto *m, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX);
	TRY(zt_path_join(&path, zt_str_text(&m->folder), "running"));
	m->lock = open(zt_str_text(&path), O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	if (m->lock < 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot open %s", zt_str_text(&path));
	for (int waited = 0; flock(m->lock, LOCK_EX | LOCK_NB) != 0; waited += LOOK_MS) {
		if (errno != EWOULDBLOCK)
			return zt_error_errno(ret_error, ZT_E_IO, "cannot lock %s", zt_str_text(&path));
		if (waited == 0)
			LOG_INFO("broker", "the mosquitto of before is still writing its sessions");
		if (waited >= OLDER_MS)
			return zt_error_set(ret_error, ZT_E_UNAVAILABLE,
					    "the mosquitto of before still runs in %s: end it (fuser %s names it)",
					    zt_str_text(&m->folder), zt_str_text(&path));
		(void)poll(NULL, 0, LOOK_MS);
	}
	return ZT_OK;
}

/* A process that was killed leaves its socket's folder behind; the name is kept beside the data. */
static zt_status remove_old_runtime(const char *record, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str old = ZT_STR(PATH_TEXT_MAX);
	zt_status status = zt_file_read(record, &old, ret_error);
	if (status == ZT_E_NOT_FOUND)
		return ZT_OK;
	TRY(status);
	zt_view name = zt_str_view(&old);
	if (!zt_view_take_prefix(&name, ZT_LIT("/tmp/zt-")) || zt_view_find(name, '/') != name.n)
		return ZT_OK;
	return zt_path_remove(zt_str_text(&old), ret_error);
}

/* A Unix socket's path has 108 bytes, and a data folder may lie deep: the socket gets a short folder of its own. */
static zt_status make_runtime(zt_mosquitto *m, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str record = ZT_STR(PATH_TEXT_MAX);
	char made[] = "/tmp/zt-XXXXXX";
	TRY(zt_path_join(&record, zt_str_text(&m->folder), "socket-folder"));
	TRY(remove_old_runtime(zt_str_text(&record), ret_error));
	if (!mkdtemp(made)) /* with mode 0700 */
		return zt_error_errno(ret_error, ZT_E_IO, "cannot make a folder in /tmp");
	TRY(zt_str_put_text(&m->runtime, made));
	TRY(zt_path_join(&m->socket, made, "s"));
	return zt_file_write(zt_str_text(&record), zt_str_view(&m->runtime), 0600, ret_error);
}

static zt_status write_config(zt_mosquitto *m, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4 * PATH_TEXT_MAX);
	/* The listener comes first: any option of a listener before it opens port 1883 to the world. */
	TRY(zt_str_printf(&text, "listener 0 %s\nallow_anonymous true\n", zt_str_text(&m->socket)));
	/* As root mosquitto would change to a user who cannot reach our folders. */
	const struct passwd *user = getpwuid(geteuid());
	if (user)
		TRY(zt_str_printf(&text, "user %s\n", user->pw_name));
	TRY(zt_str_printf(&text, "persistence true\npersistence_location %s/\nautosave_interval 1\n",
			  zt_str_text(&m->folder)));
	TRY(zt_str_printf(&text, "max_inflight_messages %d\nsys_interval 0\n", INFLIGHT_MESSAGES));
	TRY(zt_str_put_text(&text, "log_dest stderr\nlog_timestamp false\nlog_type error\nlog_type warning\n"));
	TRY(zt_path_join(&m->config, zt_str_text(&m->folder), "mosquitto.conf"));
	return zt_file_write(zt_str_text(&m->config), zt_str_view(&text), 0600, ret_error);
}

static void on_line(void *context, zt_view line)
{
	(void)context;
	bool bad = zt_view_starts(line, ZT_LIT("Error"));
	ZT_LOG("broker", bad ? ZT_LOG_WARNING : ZT_LOG_DEBUG, "mosquitto says", ZT_KV_V("line", line));
}

static void start_later(zt_mosquitto *m)
{
	bool steady = zt_time_mono_ms() - m->started_ms >= STEADY_MS;
	m->restart_ms = steady || m->restart_ms == 0 ? RESTART_MS : m->restart_ms * 2;
	if (m->restart_ms > RESTART_MS_MAX)
		m->restart_ms = RESTART_MS_MAX;
	const struct timeval rest = { m->restart_ms / 1000, m->restart_ms % 1000 * 1000 };
	if (event_add(m->restart, &rest) != 0)
		LOG_ERROR("broker", "mosquitto cannot be started again");
}

static void on_ended(void *context, int exit_status)
{
	zt_mosquitto *m = context;
	zt_child_free(m->child, 0);
	m->child = NULL;
	LOG_WARNING("broker", "mosquitto ended and is started again", ZT_KV_INT("status", exit_status));
	start_later(m);
	m->events.ended(m->events.context);
}

/* Each client is a descriptor of its own there. */
static void raise_descriptors(pid_t pid)
{
	struct rlimit limit;
	if (prlimit(pid, RLIMIT_NOFILE, NULL, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)prlimit(pid, RLIMIT_NOFILE, &limit, NULL);
}

/* It is woken by the first packet of a turn and finds them all when it does not push away who writes them. */
static void let_others_finish(pid_t pid)
{
	const struct sched_param none = { 0 };
	if (sched_setscheduler(pid, SCHED_BATCH, &none) != 0)
		LOG_DEBUG("broker", "the system has no SCHED_BATCH");
}

static zt_status launch(zt_mosquitto *m, zt_error *ret_error)
{
	char *argv[] = { m->program.p, "-c", m->config.p, NULL };
	const zt_child_spec spec = {
		.process = { .path = m->program.p,
			     .argv = argv,
			     .stdin_fd = m->lock, /* never read, and held to its end */
			     .die_with_parent = true,
			     .new_group = true },
		.line = on_line,
		.ended = on_ended,
		.context = m,
	};
	m->started_ms = zt_time_mono_ms();
	zt_status status = zt_child_start(m->loop, &spec, &m->child, ret_error);
	if (status == ZT_E_NOT_FOUND)
		return zt_error_set(ret_error, status,
				    "%s is missing: install Debian's package (apt-get install mosquitto)",
				    m->program.p);
	TRY(status);
	raise_descriptors(zt_child_pid(m->child));
	let_others_finish(zt_child_pid(m->child));
	LOG_INFO("broker", "mosquitto started", ZT_KV_INT("pid", zt_child_pid(m->child)),
		 ZT_KV_STR("socket", m->socket.p));
	return ZT_OK;
}

static void on_restart(evutil_socket_t fd, short what, void *context)
{
	zt_mosquitto *m = context;
	zt_error error;
	(void)fd;
	(void)what;
	if (!m->child && launch(m, &error) != ZT_OK) {
		(void)zt_log_error("broker", &error, "mosquitto cannot be started");
		start_later(m);
		return;
	}
	m->events.started(m->events.context);
}

static zt_status prepare(zt_mosquitto *m, const zt_broker_spec *spec, zt_error *ret_error)
{
	TRY(find_program(spec->program, &m->program, ret_error));
	TRY(make_folder(m, spec->data_dir, ret_error));
	TRY(wait_for_older(m, ret_error));
	TRY(make_runtime(m, ret_error));
	TRY(write_config(m, ret_error));
	m->restart = evtimer_new(m->loop, on_restart, m);
	if (!m->restart)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot make a timer");
	TRY(launch(m, ret_error));
	event_active(m->restart, EV_TIMEOUT, 1);
	return ZT_OK;
}

zt_status zt_mosquitto_new(struct event_base *loop, const zt_broker_spec *spec, const zt_mosquitto_events *events,
			   zt_mosquitto **ret, zt_error *ret_error)
{
	zt_mosquitto *m = calloc(1, sizeof *m);
	if (!m)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot start mosquitto");
	m->loop = loop;
	m->lock = -1;
	m->events = *events;
	m->program = m->folder = m->config = m->runtime = m->socket = ZT_STR(PATH_TEXT_MAX);
	zt_status status = prepare(m, spec, ret_error);
	if (status != ZT_OK) {
		zt_mosquitto_free(m);
		return status;
	}
	*ret = m;
	return ZT_OK;
}

void zt_mosquitto_free(zt_mosquitto *m)
{
	zt_error error;
	if (!m)
		return;
	zt_child_free(m->child, STOP_MS);
	if (m->lock >= 0)
		(void)close(m->lock);
	if (m->restart)
		event_free(m->restart);
	if (m->runtime.n && zt_path_remove(m->runtime.p, &error) != ZT_OK)
		(void)zt_log_error("broker", &error, "the socket's folder stays behind");
	zt_str_free(&m->program);
	zt_str_free(&m->folder);
	zt_str_free(&m->config);
	zt_str_free(&m->runtime);
	zt_str_free(&m->socket);
	free(m);
}

const char *zt_mosquitto_socket(const zt_mosquitto *m)
{
	return zt_str_text(&m->socket);
}

pid_t zt_mosquitto_pid(const zt_mosquitto *m)
{
	return m->child ? zt_child_pid(m->child) : 0;
}
