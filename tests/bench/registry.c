/* What the store and the registry cost: commits beside bare fdatasync calls on the same disk, and the start.
 *
 * bench_registry FOLDER CERTIFICATE.pem: FOLDER must not exist; CERTIFICATE is copied with other last bytes. */
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/timefmt.h"
#include "cloud/registry/certificates.h"
#include "x509/pem.h"

enum { COMMITS = 1000, IN_FLIGHT = 16, CERTIFICATES = 10000, AT_A_TIME = 500 };

typedef struct {
	char path[512];
	struct event_base *loop;
	zt_store *store;
	zt_registry *registry;
	zt_str der;
	unsigned next;
	size_t in_flight;
} bench;

static double now_s(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void must(zt_status status, const zt_error *error)
{
	if (status == ZT_OK)
		return;
	(void)fprintf(stderr, "%s %s\n", zt_status_name(status), error->text);
	exit(1);
}

static double open_all(bench *b)
{
	static const zt_account account = { "aws", "us-east-1", "000000000000", "localhost" };
	zt_error error = { 0 };
	double begin = now_s();
	must(zt_store_open(b->loop, b->path, &b->store, &error), &error);
	must(zt_registry_new(b->store, &account, zt_clock_system(), &b->registry, &error), &error);
	return now_s() - begin;
}

static void close_all(bench *b)
{
	zt_store_close(b->store);
	zt_registry_free(b->registry);
}

/* One certificate more; its signature is nonsense, which nobody checks. */
static void add(bench *b, zt_txn *txn)
{
	zt_error error = { 0 };
	const zt_certificate *certificate;
	for (size_t i = 0; i < sizeof b->next; i++)
		b->der.p[b->der.n - 1 - i] = (char)(b->next >> (8 * i));
	b->next++;
	zt_certificate_spec spec = { .der = zt_str_view(&b->der), .status = ZT_CERT_ACTIVE };
	must(zt_txn_certificate_add(txn, &spec, &certificate, &error), &error);
}

static void done(void *context, zt_status status)
{
	bench *b = context;
	b->in_flight--;
	must(status, &(zt_error){ 0 });
}

static void submit(bench *b, size_t certificates)
{
	zt_txn *txn;
	must(zt_txn_begin(b->registry, &txn), &(zt_error){ 0 });
	for (size_t i = 0; i < certificates; i++)
		add(b, txn);
	b->in_flight++;
	zt_txn_commit(txn, done, b);
}

static double run(bench *b, size_t transactions, size_t certificates, size_t in_flight)
{
	double begin = now_s();
	for (size_t i = 0; i < transactions; i++) {
		submit(b, certificates);
		while (b->in_flight >= in_flight)
			(void)event_base_loop(b->loop, EVLOOP_ONCE);
	}
	while (b->in_flight)
		(void)event_base_loop(b->loop, EVLOOP_ONCE);
	return now_s() - begin;
}

/* The least that a durable commit can cost: appending a page to a file and syncing it. */
static double bare_syncs(const char *folder)
{
	static const char page[4096];
	char path[600];
	(void)snprintf(path, sizeof path, "%s/sync", folder);
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	double begin = now_s();
	for (size_t i = 0; i < COMMITS; i++)
		if (write(fd, page, sizeof page) != sizeof page || fdatasync(fd) != 0)
			exit(1);
	(void)close(fd);
	return now_s() - begin;
}

static void show(const char *what, double value, const char *unit)
{
	(void)printf("%-52s %10.1f %s\n", what, value, unit);
}

static void show_commits(bench *b)
{
	zt_store_counters before, after;
	show("commits one by one", COMMITS / run(b, COMMITS, 1, 1), "/s");
	zt_store_count(b->store, &before);
	show("commits with 16 in flight", COMMITS * 4 / run(b, COMMITS * 4, 1, IN_FLIGHT), "/s");
	zt_store_count(b->store, &after);
	show("  transactions a commit",
	     (double)(after.transactions - before.transactions) / (double)(after.commits - before.commits), "");
}

int main(int argc, char **argv)
{
	bench b = { .der = ZT_STR(ZT_CERT_DER_MAX) };
	zt_str pem = ZT_STR(65536);
	zt_error error = { 0 };
	struct rusage usage;
	if (argc != 3)
		return 2;
	must(zt_file_read(argv[2], &pem, &error), &error);
	zt_view rest = zt_str_view(&pem);
	must(zt_pem_next(&rest, "CERTIFICATE", &b.der), &error);
	must(zt_dir_make(argv[1], 0700, &error), &error);
	(void)snprintf(b.path, sizeof b.path, "%s/store.db", argv[1]);
	b.loop = event_base_new();
	show("bare fdatasync calls", COMMITS / bare_syncs(argv[1]), "/s");
	show("start in an empty folder", open_all(&b) * 1e3, "ms");
	close_all(&b);
	show("start on an existing store without certificates", open_all(&b) * 1e3, "ms");
	show_commits(&b);
	close_all(&b);
	show("start with 5,000 certificates", open_all(&b) * 1e3, "ms");
	(void)run(&b, (CERTIFICATES - 5 * COMMITS) / AT_A_TIME, AT_A_TIME, 1);
	close_all(&b);
	show("start with 10,000 certificates", open_all(&b) * 1e3, "ms");
	(void)getrusage(RUSAGE_SELF, &usage);
	show("  greatest memory", (double)usage.ru_maxrss / 1024, "MiB");
	close_all(&b);
	zt_str_free(&pem);
	zt_str_free(&b.der);
	event_base_free(b.loop);
	must(zt_path_remove(argv[1], &error), &error);
	return 0;
}
