/* The mosquitto child: what it listens on, what it survives, and that it goes with its parent. */
#include "fixture.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* CONNECT of MQTT 5, clean start, keep-alive 0, client id "t/000": §3.1 by hand. */
#define CONNECT_HEAD "\x10\x12\x00\x04MQTT\x05\x02\x00\x00\x00\x00\x05t/"

static bool table_has(const char *table, unsigned long inode)
{
	char path[64], line[512], want[32];
	bool found = false;
	(void)snprintf(path, sizeof path, "/proc/net/%s", table);
	(void)snprintf(want, sizeof want, " %lu ", inode);
	FILE *file = fopen(path, "r");
	while (file && fgets(line, sizeof line, file))
		found = found || strstr(line, want) != NULL;
	if (file)
		(void)fclose(file);
	return found;
}

static unsigned count_sockets(pid_t pid, bool *ret_internet)
{
	static const char *const tables[] = { "tcp", "tcp6", "udp", "udp6" };
	char folder[64], path[512], target[128];
	unsigned sockets = 0;
	(void)snprintf(folder, sizeof folder, "/proc/%d/fd", (int)pid);
	DIR *fds = opendir(folder);
	assert_non_null(fds);
	for (struct dirent *entry; (entry = readdir(fds)) != NULL;) {
		(void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		ssize_t n = readlink(path, target, sizeof target - 1);
		unsigned long inode;
		target[n > 0 ? n : 0] = 0;
		if (sscanf(target, "socket:[%lu]", &inode) != 1)
			continue;
		sockets++;
		for (size_t i = 0; i < ZT_COUNT(tables); i++)
			*ret_internet = *ret_internet || table_has(tables[i], inode);
	}
	(void)closedir(fds);
	return sockets;
}

static void child_has_no_internet_socket(void **state)
{
	fixture f;
	bool internet = false;
	(void)state;
	start(&f);
	/* At least its listener and our connection were looked at. */
	assert_true(count_sockets(zt_broker_pid(f.broker), &internet) >= 2);
	assert_false(internet);
	stop_and_remove(&f);
}

static void child_does_not_interrupt_who_writes_to_it(void **state)
{
	fixture f;
	(void)state;
	start(&f);
	assert_int_equal(sched_getscheduler(zt_broker_pid(f.broker)), SCHED_BATCH);
	stop_and_remove(&f);
}

static void socket_lies_in_a_private_folder_that_goes_with_the_broker(void **state)
{
	fixture f;
	struct stat seen;
	char folder[108], *slash;
	(void)state;
	start(&f);
	(void)snprintf(folder, sizeof folder, "%s", zt_broker_socket(f.broker));
	slash = strrchr(folder, '/');
	*slash = 0;
	assert_int_equal(stat(folder, &seen), 0);
	assert_int_equal(seen.st_mode & 07777, 0700);
	assert_int_equal(seen.st_uid, geteuid());
	stop_and_remove(&f);
	assert_int_equal(stat(folder, &seen), -1);
}

static void five_hundred_streams_at_once_all_get_through(void **state)
{
	enum { STREAMS = 500 };
	static stream streams[STREAMS];
	fixture f;
	(void)state;
	start(&f);
	for (unsigned i = 0; i < STREAMS; i++)
		open_stream(&f, &streams[i]);
	for (unsigned i = 0; i < STREAMS; i++) {
		char id[4];
		(void)snprintf(id, sizeof id, "%03u", i);
		send_bytes(&streams[i], zt_view_make(CONNECT_HEAD, sizeof CONNECT_HEAD - 1));
		send_bytes(&streams[i], zt_view_make(id, 3));
	}
	for (unsigned i = 0; i < STREAMS; i++) {
		wait_packets(&streams[i], 1);
		assert_int_equal(streams[i].types[0], 0x20);
		assert_int_equal(streams[i].bytes.p[3], 0); /* reason: success */
	}
	for (unsigned i = 0; i < STREAMS; i++)
		close_stream(&streams[i]);
	stop_and_remove(&f);
}

static void cancelled_open_is_never_told(void **state)
{
	fixture f;
	stream cancelled, other;
	(void)state;
	start(&f);
	open_stream(&f, &cancelled);
	open_stream(&f, &other);
	zt_broker_cancel(f.broker, cancelled.ticket);
	wait_for(&f, &other.opened, 1);
	assert_int_equal(cancelled.opened, 0);
	close_stream(&other);
	close_stream(&cancelled);
	stop_and_remove(&f);
}

static void killed_child_comes_back_and_publishing_goes_on(void **state)
{
	fixture f;
	program sub;
	stream s;
	(void)state;
	start(&f);
	pid_t first = zt_broker_pid(f.broker);
	assert_int_equal(kill(first, SIGKILL), 0);
	publish(&f, "a", "in between", false);
	open_stream(&f, &s);
	wait_for(&f, &f.ready, 2);
	assert_int_not_equal(zt_broker_pid(f.broker), first);
	wait_for(&f, &f.done, 1);
	wait_for(&f, &s.opened, 1);
	subscribe(&f, &sub, "a");
	publish(&f, "a", "after", false);
	while (!strstr(zt_str_text(&sub.text), "after\n"))
		wait_for(&f, &sub.lines, sub.lines + 1);
	assert_int_equal(f.failed, 0);
	end_program(&sub);
	close_stream(&s);
	stop_and_remove(&f);
}

/* In a process of its own: starts a broker, tells its child's id, and goes on until it is killed. */
static void be_a_parent(int tell_fd)
{
	fixture f;
	start(&f);
	pid_t pid = zt_broker_pid(f.broker);
	if (write(tell_fd, &pid, sizeof pid) != (ssize_t)sizeof pid ||
	    write(tell_fd, f.folder.path, sizeof f.folder.path) != (ssize_t)sizeof f.folder.path)
		_exit(1);
	(void)event_base_loop(f.loop, EVLOOP_NO_EXIT_ON_EMPTY);
	_exit(1);
}

static bool runs(pid_t pid)
{
	char path[64], text[128] = { 0 };
	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");
	if (!file)
		return false;
	size_t n = fread(text, 1, sizeof text - 1, file);
	(void)fclose(file);
	return n && strstr(text, "(mosquitto)") && !strstr(text, ") Z ");
}

static void killed_parent_takes_the_child_along(void **state)
{
	int ends[2], ended;
	pid_t child;
	zt_temporary folder;
	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid_t parent = fork();
	if (parent == 0)
		be_a_parent(ends[1]);
	assert_int_equal(read(ends[0], &child, sizeof child), sizeof child);
	assert_int_equal(read(ends[0], folder.path, sizeof folder.path), sizeof folder.path);
	assert_true(runs(child));
	assert_int_equal(kill(parent, SIGKILL), 0);
	assert_int_equal(waitpid(parent, &ended, 0), parent);
	while (runs(child))
		(void)usleep(1000);
	/* The next one cleans up behind it: the socket's folder of the killed one is gone. */
	char record[128], old[128];
	struct stat seen;
	ZT_CLEANUP(zt_str_free) zt_str name = ZT_STR(128);
	(void)snprintf(record, sizeof record, "%s/broker/socket-folder", folder.path);
	assert_ok(zt_file_read(record, &name, NULL));
	(void)snprintf(old, sizeof old, "%s", zt_str_text(&name));
	assert_int_equal(stat(old, &seen), 0);
	fixture f;
	start_in(&f, folder);
	assert_int_equal(stat(old, &seen), -1);
	stop_and_remove(&f);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void missing_mosquitto_names_the_package(void **state)
{
	fixture f;
	zt_broker *broker;
	zt_error error = { 0 };
	(void)state;
	start(&f);
	zt_temporary folder;
	zt_temporary_make(&folder);
	const zt_broker_spec spec = { .data_dir = folder.path, .program = "/nowhere/mosquitto" };
	assert_status(zt_broker_new(f.loop, f.registry, &spec, NULL, NULL, &broker, &error), ZT_E_NOT_FOUND);
	assert_non_null(strstr(error.text, "apt-get install mosquitto"));
	zt_temporary_remove(&folder);
	stop_and_remove(&f);
}

static void mosquitto_is_found_outside_of_a_users_path(void **state)
{
	fixture f;
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str before = ZT_STR(65536);
	assert_ok(zt_str_put_text(&before, getenv("PATH")));
	assert_int_equal(setenv("PATH", "/bin:/usr/bin", 1), 0);
	start(&f);
	stop_and_remove(&f);
	assert_int_equal(setenv("PATH", before.p, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(child_has_no_internet_socket),
		cmocka_unit_test(child_does_not_interrupt_who_writes_to_it),
		cmocka_unit_test(socket_lies_in_a_private_folder_that_goes_with_the_broker),
		cmocka_unit_test(five_hundred_streams_at_once_all_get_through),
		cmocka_unit_test(cancelled_open_is_never_told),
		cmocka_unit_test(killed_child_comes_back_and_publishing_goes_on),
		cmocka_unit_test(killed_parent_takes_the_child_along),
		cmocka_unit_test(missing_mosquitto_names_the_package),
		cmocka_unit_test(mosquitto_is_found_outside_of_a_users_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
