#include "cli/sphere_run.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/process.h"
#include "base/timefmt.h"
#include "cli/sphere_identity.h"
#include "cli/sphere_manifest.h"
#include "cli/sphere_meter.h"
#include "cli/sphere_report.h"
#include "x509/read.h"

enum {
	GRACE_MS = 2000, /* learn.microsoft.com/azure-sphere, "App lifecycle": SIGKILL after SIGTERM */
	TEND_MS = 200,
	PATH_MAX_BYTES = 4096,
	GRANTS_MAX = 64 * 1024,
	ENVIRONMENT_MAX = 64,
};

typedef struct {
	const zt_sphere_run_spec *spec;
	zt_sphere_manifest manifest;
	zt_sphere_identity identity;
	char image[PATH_MAX], state[PATH_MAX];
	zt_str app, folder, grants_file, meter_file, preload, libraries;
	zt_meter *meter;
	pid_t pid;
	int out[2], err[2]; /* the app's standard output and error: ours to read, its to write */
	int signals;
	int64_t kill_at_ms; /* monotonic; 0 while it is not told to end */
	zt_sphere_end end;
	bool ended;
	zt_error *error;
} runner;

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void runner_deinit(runner *r)
{
	zt_sphere_manifest_deinit(&r->manifest);
	zt_sphere_identity_deinit(&r->identity);
	if (r->meter)
		(void)munmap(r->meter, sizeof *r->meter);
	if (r->folder.n && zt_path_remove(zt_str_text(&r->folder), NULL) != ZT_OK)
		(void)fprintf(stderr, "azure-sphere: %s could not be removed\n", zt_str_text(&r->folder));
	for (size_t i = 0; i < 2; i++) {
		close_fd(&r->out[i]);
		close_fd(&r->err[i]);
	}
	close_fd(&r->signals);
	zt_str_free(&r->app);
	zt_str_free(&r->folder);
	zt_str_free(&r->grants_file);
	zt_str_free(&r->meter_file);
	zt_str_free(&r->preload);
	zt_str_free(&r->libraries);
}

static zt_status resolve(runner *r, const char *what, const char *path, char resolved[PATH_MAX])
{
	return realpath(path, resolved) ? ZT_OK
					: zt_error_errno(r->error, ZT_E_CONFIG, "the %s %s cannot be used", what, path);
}

static zt_status find_image(runner *r)
{
	ZT_CLEANUP(zt_str_free) zt_str folder = ZT_STR(PATH_MAX_BYTES);
	const char *slash = strrchr(r->spec->manifest, '/');
	if (r->spec->image)
		return resolve(r, "image package", r->spec->image, r->image);
	TRY(zt_str_put(&folder,
		       slash ? zt_view_make(r->spec->manifest, (size_t)(slash - r->spec->manifest) + 1) : ZT_LIT(".")));
	return resolve(r, "image package", zt_str_text(&folder), r->image);
}

static zt_status find_app(runner *r)
{
	char resolved[PATH_MAX];
	if (r->spec->app) {
		TRY(resolve(r, "program", r->spec->app, resolved));
		TRY(zt_str_put_text(&r->app, resolved));
	} else {
		TRY(zt_str_printf(&r->app, "%s%s", r->image, r->manifest.entry_point));
	}
	if (access(zt_str_text(&r->app), X_OK) != 0)
		return zt_error_errno(r->error, ZT_E_CONFIG, "%s is no program", zt_str_text(&r->app));
	return ZT_OK;
}

static zt_status prepare_identity(runner *r)
{
	char device_id[ZT_DEVICE_ID_HEX + 1];
	TRY(zt_sphere_identity_init(&r->identity, r->state, device_id, r->error));
	r->identity.tenant = r->manifest.tenant;
	r->identity.attest_url = r->spec->attest_url;
	r->identity.ca_file = r->spec->attest_ca_file;
	if (!r->manifest.tenant)
		return ZT_OK;
	(void)fprintf(stderr, "azure-sphere: device ID %s\n", device_id);
	return r->spec->attest_url ? ZT_OK : zt_sphere_identity_check(&r->identity, r->error);
}

static zt_status put_identity(runner *r, zt_str *grants)
{
	if (!r->manifest.tenant)
		return ZT_OK;
	TRY(zt_str_printf(grants, "identity %s\n", zt_str_text(&r->identity.files.identity)));
	return zt_str_printf(grants, "certificate %s/certificate.pem\n", r->state);
}

/* One mutable file an app; it outlives the app's updates, as its component id does. */
static zt_status put_storage(runner *r, zt_str *grants)
{
	ZT_CLEANUP(zt_str_free) zt_str folder = ZT_STR(PATH_MAX_BYTES);
	if (!r->manifest.storage_kb)
		return ZT_OK;
	TRY(zt_path_join(&folder, r->state, "mutable"));
	TRY(zt_dir_make(zt_str_text(&folder), 0700, r->error));
	return zt_str_printf(grants, "storage %s/%s\n", zt_str_text(&folder), r->manifest.component);
}

static zt_status put_update(const runner *r, zt_str *grants)
{
	const char *update = r->spec->update;
	if (!update)
		return ZT_OK;
	if (strcmp(update, "app") != 0 && strcmp(update, "system") != 0)
		return zt_error_set(r->error, ZT_E_USAGE, "--update is app or system, not \"%s\"", update);
	return zt_str_printf(grants, "update %s\nupdate-warning %u\n", update, r->spec->update_warning_s);
}

static zt_status write_grants(runner *r)
{
	ZT_CLEANUP(zt_str_free) zt_str grants = ZT_STR(GRANTS_MAX);
	TRY(zt_str_printf(&grants, "image %s\nmeter %s\n", r->image, zt_str_text(&r->meter_file)));
	TRY(put_identity(r, &grants));
	TRY(put_storage(r, &grants));
	TRY(put_update(r, &grants));
	TRY(zt_sphere_manifest_grants(&r->manifest, &grants));
	return zt_file_write(zt_str_text(&r->grants_file), zt_str_view(&grants), 0600, r->error);
}

static zt_status make_meter(runner *r)
{
	int fd = open(zt_str_text(&r->meter_file), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool sized = fd >= 0 && ftruncate(fd, sizeof *r->meter) == 0;
	void *shared = sized ? mmap(NULL, sizeof *r->meter, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
	close_fd(&fd);
	if (shared == MAP_FAILED)
		return zt_error_errno(r->error, ZT_E_IO, "cannot create %s", zt_str_text(&r->meter_file));
	r->meter = shared;
	return ZT_OK;
}

static zt_status make_folder(runner *r)
{
	TRY(zt_dir_make(r->spec->state, 0700, r->error));
	TRY(resolve(r, "state folder", r->spec->state, r->state));
	TRY(zt_str_printf(&r->folder, "%s/run.XXXXXX", r->state));
	if (!mkdtemp(r->folder.p)) {
		zt_str_clear(&r->folder);
		return zt_error_errno(r->error, ZT_E_IO, "cannot create a folder in %s", r->state);
	}
	TRY(zt_path_join(&r->grants_file, zt_str_text(&r->folder), "grants"));
	TRY(zt_path_join(&r->meter_file, zt_str_text(&r->folder), "meter"));
	return make_meter(r);
}

/* The sandbox first: its malloc and open are to be everybody's. */
static zt_status find_libraries(runner *r)
{
	static const char *const names[] = { "libazspheresandbox.so", "libtlsutils.so" };
	for (size_t i = 0; i < ZT_COUNT(names); i++) {
		ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_MAX_BYTES);
		TRY(zt_str_printf(&path, "%s/lib/%s", r->spec->sdk, names[i]));
		if (access(zt_str_text(&path), R_OK) != 0)
			return zt_error_errno(r->error, ZT_E_CONFIG, "%s is missing (--sdk names its folder)",
					      zt_str_text(&path));
		TRY(zt_str_printf(&r->preload, "%s%s", i ? ":" : "LD_PRELOAD=", zt_str_text(&path)));
	}
	return zt_str_printf(&r->libraries, "LD_LIBRARY_PATH=%s/lib", r->spec->sdk);
}

/* The device has no user, no proxy and no certificate store in its environment. */
static bool is_kept(const char *variable)
{
	static const char *const kept[] = { "PATH=", "LANG=", "LC_ALL=", "TZ=" };
	for (size_t i = 0; i < ZT_COUNT(kept); i++)
		if (strncmp(variable, kept[i], strlen(kept[i])) == 0)
			return true;
	return false;
}

static zt_status start_app(runner *r)
{
	ZT_CLEANUP(zt_str_free) zt_str grants = ZT_STR(PATH_MAX_BYTES);
	char *environment[ENVIRONMENT_MAX + 1] = { NULL }, *words[ZT_SPHERE_ARGS_MAX + 2] = { r->app.p };
	size_t count = 0;
	TRY(zt_str_printf(&grants, "ZT_AZURE_SPHERE=%s", zt_str_text(&r->grants_file)));
	environment[count++] = grants.p;
	environment[count++] = r->preload.p;
	environment[count++] = r->libraries.p;
	for (char **variable = environ; *variable && count < ENVIRONMENT_MAX; variable++)
		if (is_kept(*variable))
			environment[count++] = *variable;
	for (size_t i = 0; i < r->manifest.arg_count; i++)
		words[i + 1] = (char *)(uintptr_t)r->manifest.args[i];
	const zt_process_spec process = { .path = zt_str_text(&r->app),
					  .argv = words,
					  .envp = environment,
					  .directory = "/",
					  .stdin_fd = -1,
					  .stdout_fd = r->out[1],
					  .stderr_fd = r->err[1],
					  .die_with_parent = true,
					  .no_core = true,
					  .file_bytes_max = r->manifest.storage_kb * 1024,
					  .new_group = true };
	zt_status status = zt_process_start(&process, &r->pid, r->error);
	close_fd(&r->out[1]);
	close_fd(&r->err[1]);
	return status;
}

static zt_status catch_signals(runner *r)
{
	sigset_t set;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return zt_error_errno(r->error, ZT_E_FAILED, "cannot block signals");
	r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return r->signals >= 0 ? ZT_OK : zt_error_errno(r->error, ZT_E_FAILED, "cannot wait for signals");
}

/* Passes on what the app wrote. False at the end. */
static bool relay(int *from, int to)
{
	char bytes[16 * 1024];
	ssize_t n = *from >= 0 ? read(*from, bytes, sizeof bytes) : 0;
	for (ssize_t done = 0, sent = 0; done < n; done += sent) {
		sent = write(to, bytes + done, (size_t)(n - done));
		if (sent < 0)
			break;
	}
	if (n == 0)
		close_fd(from);
	return n > 0;
}

static void reap(runner *r)
{
	struct rusage usage;
	int status;
	for (pid_t pid; (pid = wait4(-1, &status, WNOHANG, &usage)) > 0;) {
		if (zt_sphere_identity_ended(&r->identity, pid, status) || pid != r->pid)
			continue;
		r->ended = true;
		r->end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
		r->end.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		r->end.resident_kb = usage.ru_maxrss;
	}
}

static void take_signals(runner *r)
{
	struct signalfd_siginfo info;
	while (read(r->signals, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGCHLD || r->kill_at_ms)
			continue;
		(void)kill(r->pid, SIGTERM);
		r->kill_at_ms = zt_time_mono_ms() + GRACE_MS;
	}
	reap(r);
}

static void end_when_late(runner *r)
{
	if (!r->kill_at_ms || r->end.late || zt_time_mono_ms() < r->kill_at_ms)
		return;
	r->end.late = true;
	(void)kill(r->pid, SIGKILL);
}

static void serve(runner *r)
{
	while (!r->ended) {
		struct pollfd ready[] = { { .fd = r->out[0], .events = POLLIN },
					  { .fd = r->err[0], .events = POLLIN },
					  { .fd = r->signals, .events = POLLIN } };
		if (r->manifest.tenant)
			zt_sphere_identity_tend(&r->identity);
		if (poll(ready, ZT_COUNT(ready), TEND_MS) > 0) {
			if (ready[0].revents)
				(void)relay(&r->out[0], STDOUT_FILENO);
			if (ready[1].revents)
				(void)relay(&r->err[0], STDERR_FILENO);
			if (ready[2].revents)
				take_signals(r);
		}
		end_when_late(r);
	}
	/* What is still in the pipes; a child of the app's may keep them open. */
	(void)fcntl(r->out[0], F_SETFL, O_NONBLOCK);
	(void)fcntl(r->err[0], F_SETFL, O_NONBLOCK);
	while (relay(&r->out[0], STDOUT_FILENO) || relay(&r->err[0], STDERR_FILENO))
		;
}

static zt_status prepare(runner *r)
{
	TRY(zt_sphere_manifest_read(r->spec->manifest, &r->manifest, r->error));
	TRY(find_image(r));
	TRY(find_app(r));
	TRY(make_folder(r));
	TRY(prepare_identity(r));
	TRY(find_libraries(r));
	TRY(write_grants(r));
	if (pipe2(r->out, O_CLOEXEC) != 0 || pipe2(r->err, O_CLOEXEC) != 0)
		return zt_error_errno(r->error, ZT_E_IO, "cannot create a pipe");
	return catch_signals(r);
}

zt_status zt_sphere_run(const zt_sphere_run_spec *spec, int *ret_exit, zt_error *ret_error)
{
	ZT_CLEANUP(runner_deinit)
	runner r = { .spec = spec,
		     .app = ZT_STR(PATH_MAX_BYTES),
		     .folder = ZT_STR(PATH_MAX_BYTES),
		     .grants_file = ZT_STR(PATH_MAX_BYTES),
		     .meter_file = ZT_STR(PATH_MAX_BYTES),
		     .preload = ZT_STR(PATH_MAX_BYTES),
		     .libraries = ZT_STR(PATH_MAX_BYTES),
		     .out = { -1, -1 },
		     .err = { -1, -1 },
		     .signals = -1,
		     .error = ret_error };
	TRY(prepare(&r));
	TRY(start_app(&r));
	serve(&r);
	*ret_exit = r.end.exit;
	r.end.app_name = r.manifest.name;
	r.end.asked = r.kill_at_ms != 0;
	r.end.meter = r.meter;
	return zt_sphere_report(&r.end, spec->exit_codes, spec->json);
}
