/* What `run` publishes: the lines of standard input or of a file, or what a sensor command says. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/run.h"
#include "base/timefmt.h"

static zt_status open_file(const char *path, int *ret_fd, zt_error *ret_error)
{
	struct stat seen;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return zt_error_errno(ret_error, ZT_E_NOT_FOUND, "cannot open %s", path);
	if (fstat(fd, &seen) == 0 && S_ISDIR(seen.st_mode)) {
		(void)close(fd);
		return zt_error_set(ret_error, ZT_E_USAGE, "%s is a folder: --file takes a file of lines", path);
	}
	*ret_fd = fd;
	return ZT_OK;
}

static zt_status check_topic(const zt_agent_run_state *run, zt_error *ret_error)
{
	const char *why = "";
	const zt_message empty = { zt_view_of(run->topic), ZT_VIEW_EMPTY, (uint8_t)run->qos, false };
	if (zt_message_check(&empty, &why) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_USAGE, "--topic %s: %s", run->topic, why);
	return ZT_OK;
}

zt_status zt_run_input_begin(zt_agent_run_state *run, zt_error *ret_error)
{
	int fd = STDIN_FILENO;
	if (run->file && run->sensor)
		return zt_error_set(ret_error, ZT_E_USAGE, "--file and --sensor exclude each other");
	if ((run->file || run->sensor) && !run->topic)
		return zt_error_set(ret_error, ZT_E_USAGE, "the topic is missing (--topic)");
	if (run->topic)
		TRY(check_topic(run, ret_error));
	if (run->file)
		TRY(open_file(run->file, &fd, ret_error));
	zt_lines_init(&run->lines, fd);
	zt_agent_command_init(&run->sensing);
	run->reading = ZT_STR(ZT_PAYLOAD_MAX);
	return ZT_OK;
}

static bool has_line(const zt_agent_run_state *run)
{
	return run->sensor ? run->has_reading : run->lines.has_line;
}

static zt_view current(const zt_agent_run_state *run)
{
	return run->sensor ? zt_str_view(&run->reading) : zt_lines_current(&run->lines);
}

static void drop(zt_agent_run_state *run)
{
	if (run->sensor)
		run->has_reading = false;
	else
		zt_lines_drop(&run->lines);
}

static void tell(zt_agent_run_state *run, zt_status status, const char *why)
{
	zt_error error = { 0 };
	(void)zt_error_set(&error, status, "%s", why);
	zt_report_trouble(&run->report, &error);
}

/* A line waits where there is no room for it; a reading of a sensor is old when there is, and the next one will do. */
static bool keep_waiting(zt_agent_run_state *run, zt_status status, const char *why)
{
	bool no_room = status == ZT_E_SPACE || status == ZT_E_DISK_FULL || status == ZT_E_IO;
	if (!no_room || run->sensor)
		return false;
	if (!run->told_full)
		tell(run, status, why);
	run->told_full = true;
	return true;
}

/* Returns whether the line is out of our hands, one way or the other. */
static bool store(zt_agent_run_state *run, const zt_message *message)
{
	zt_outbox *outbox = &run->box.outbox;
	uint32_t dropped = outbox->dropped;
	const char *why = "";
	zt_status status = zt_outbox_put(outbox, message, &why);
	if (keep_waiting(run, status, why))
		return false;
	run->told_full = false;
	if (status != ZT_OK)
		tell(run, status, why);
	if (outbox->dropped != dropped)
		tell(run, ZT_E_SPACE, "the outbox is full: its oldest message is dropped for a new one");
	return true;
}

static void publish_directly(zt_agent_run_state *run, const zt_message *message)
{
	zt_error error = { 0 };
	run->message = *message;
	zt_status status = zt_client_publish(run->client, &run->message, &error);
	run->publishing = status == ZT_OK;
	if (status == ZT_OK || status == ZT_E_STATE)
		return;
	zt_report_trouble(&run->report, &error);
	drop(run);
}

void zt_run_input_settled(zt_agent_run_state *run)
{
	if (!run->publishing)
		return;
	run->publishing = false;
	drop(run);
}

static void sense(zt_agent_run_state *run)
{
	int64_t now_ms = zt_time_mono_ms();
	zt_error error = { 0 };
	if (!zt_agent_command_runs(&run->sensing) && now_ms >= run->sense_at_ms) {
		run->sense_at_ms = now_ms + (int64_t)run->every_s * 1000;
		if (zt_agent_command_start(&run->sensing, run->sensor, ZT_VIEW_EMPTY, &error) != ZT_OK)
			zt_report_trouble(&run->report, &error);
	}
	zt_status status = zt_agent_command_step(&run->sensing, &error);
	if (status == ZT_E_AGAIN)
		return;
	zt_str_clear(&run->reading);
	if (status == ZT_OK)
		status = zt_str_put(&run->reading, zt_view_trim(zt_str_view(&run->sensing.output)));
	if (status != ZT_OK)
		zt_report_trouble(&run->report, &error);
	run->has_reading = status == ZT_OK;
}

void zt_run_input_step(zt_agent_run_state *run)
{
	if (run->sensor && !run->publishing)
		sense(run);
	while (run->topic && !run->publishing && has_line(run)) {
		const zt_message message = { zt_view_of(run->topic), current(run), (uint8_t)run->qos, false };
		if (run->no_outbox) {
			publish_directly(run, &message);
			return;
		}
		if (!store(run, &message))
			return;
		drop(run);
	}
}

bool zt_run_input_wanted(const zt_agent_run_state *run)
{
	return run->topic && !run->sensor && !run->lines.ended && !run->lines.has_line;
}

void zt_run_input_read(zt_agent_run_state *run)
{
	zt_error error = { 0 };
	zt_status status = zt_lines_fill(&run->lines);
	if (status == ZT_OK)
		return;
	if (status == ZT_E_LIMIT) {
		(void)zt_error_set(&error, status, "a line of more than %d bytes (AWS: 128 KB) is left out",
				   ZT_PAYLOAD_MAX);
	} else {
		(void)zt_error_errno(&error, status, "the input cannot be read");
		run->lines.ended = true;
	}
	zt_report_trouble(&run->report, &error);
}

bool zt_run_input_done(const zt_agent_run_state *run)
{
	bool all_out = run->no_outbox || zt_outbox_count(&run->box.outbox) == 0;
	return !run->sensor && run->lines.ended && !run->lines.has_line && all_out;
}
