#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "port/linux/identity_files.h"
#include "unit/port/bench.h"

enum { NOBODY = 65534 };

static const char *const certificate = "now.pem", *const key = "now.key";
static zt_identity_files files;
static zt_identity identity;

static zt_str read_text(const char *name)
{
	zt_str text = ZT_STR(65536);
	assert_ok(zt_file_read(bench_path(name), &text, NULL));
	return text;
}

/* Over what is there, as "cp" does it: the file stays the same one. */
static void overwrite(const char *name, zt_view bytes)
{
	FILE *file = fopen(bench_path(name), "we");
	assert_non_null(file);
	if (bytes.n) /* an empty view may have no pointer */
		assert_int_equal(fwrite(bytes.p, 1, bytes.n, file), bytes.n);
	assert_int_equal(fclose(file), 0);
}

static void copy(const char *from, const char *to)
{
	ZT_CLEANUP(zt_str_free) zt_str text = read_text(from);
	overwrite(to, zt_str_view(&text));
}

/* The first n bytes of `from`. */
static void copy_part(const char *from, size_t n, const char *to)
{
	ZT_CLEANUP(zt_str_free) zt_str text = read_text(from);
	assert_true(n < text.n);
	overwrite(to, zt_view_make(text.p, n));
}

static zt_status look(zt_identity_info *ret)
{
	return identity.current(identity.context, ret);
}

static int begin(void **state)
{
	static char paths[2][BENCH_PATH_MAX];
	(void)state;
	assert_ok(zt_text_copy(paths[0], BENCH_PATH_MAX, zt_view_of(bench_path(certificate))));
	assert_ok(zt_text_copy(paths[1], BENCH_PATH_MAX, zt_view_of(bench_path(key))));
	identity =
	    zt_identity_from_files(&files, &(zt_identity_source){ .certificate_file = paths[0], .key_file = paths[1] });
	return 0;
}

static int begin_with_a_pair(void **state)
{
	zt_identity_info info;
	(void)begin(state);
	copy("client.pem", certificate);
	copy("client.key", key);
	assert_ok(look(&info));
	assert_int_equal(info.generation, 1);
	return 0;
}

static int end(void **state)
{
	(void)state;
	zt_identity_files_deinit(&files);
	return zt_path_remove(bench_path(certificate), NULL) == ZT_OK && zt_path_remove(bench_path(key), NULL) == ZT_OK
		   ? 0
		   : -1;
}

/* The next connection shows the first pair still, and the reason says why. */
static void assert_old(const char *why)
{
	zt_identity_info info;
	SSL_CTX *before = files.tls;
	assert_ok(look(&info));
	assert_int_equal(info.generation, 1);
	assert_ptr_equal(files.tls, before);
	assert_int_equal(SSL_CTX_check_private_key(files.tls), 1);
	if (!why[0] || !strstr(files.error.text, why))
		fail_msg("\"%s\" does not say \"%s\"", files.error.text, why);
}

static void assert_new(void)
{
	zt_identity_info info;
	assert_ok(look(&info));
	assert_int_equal(info.generation, 2);
	assert_int_equal(SSL_CTX_check_private_key(files.tls), 1);
	assert_string_equal(files.error.text, "");
}

static void becomes_whole(void)
{
	copy("client-2.pem", certificate);
	copy("client-2.key", key);
	assert_new();
}

static void an_empty_certificate(void **state)
{
	(void)state;
	overwrite(certificate, ZT_VIEW_EMPTY);
	assert_old("now.pem");
	becomes_whole();
}

static void an_empty_key(void **state)
{
	(void)state;
	overwrite(key, ZT_VIEW_EMPTY);
	assert_old("now.key: there is no whole private key");
	becomes_whole();
}

static void a_certificate_cut_in_its_base64(void **state)
{
	(void)state;
	copy_part("client-2.pem", 200, certificate);
	assert_old("now.pem");
	becomes_whole();
}

static void a_certificate_cut_at_each_byte_is_never_taken(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str whole = read_text("client-2.pem");
	copy("client-2.key", key);
	/* All but the newline at the end. */
	for (size_t n = 0; n < whole.n - 1; n++) {
		copy_part("client-2.pem", n, certificate);
		assert_old("now.pem");
	}
	becomes_whole();
}

static void a_chain_cut_in_its_second_certificate(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str chain = read_text("client-2.pem");
	size_t leaf_n = chain.n;
	ZT_CLEANUP(zt_str_free) zt_str root = read_text("root.pem");
	assert_ok(zt_str_put(&chain, zt_str_view(&root)));
	copy("client-2.key", key);
	overwrite(certificate, zt_view_make(chain.p, leaf_n + 100));
	assert_old("cut off");
	overwrite(certificate, zt_str_view(&chain));
	assert_new();
}

/* Nobody can tell that more is to come; with it, it is the same certificate still. */
static void a_chain_that_grows_is_no_other_certificate(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str chain = read_text("client-2.pem"), root = read_text("root.pem");
	becomes_whole();
	assert_ok(zt_str_put(&chain, zt_str_view(&root)));
	overwrite(certificate, zt_str_view(&chain));
	assert_new();
	STACK_OF(X509) *shown = NULL;
	assert_int_equal(SSL_CTX_get0_chain_certs(files.tls, &shown), 1);
	assert_non_null(shown);
}

static void a_key_cut_in_its_base64(void **state)
{
	(void)state;
	copy_part("client.key", 100, key);
	assert_old("now.key");
	becomes_whole();
}

static void a_new_certificate_with_the_old_key(void **state)
{
	(void)state;
	copy("client-2.pem", certificate);
	assert_old("do not belong together");
	copy("client-2.key", key);
	assert_new();
}

static void a_new_key_with_the_old_certificate(void **state)
{
	(void)state;
	copy("client-2.key", key);
	assert_old("do not belong together");
	copy("client-2.pem", certificate);
	assert_new();
}

static void an_encrypted_key_asks_nobody(void **state)
{
	(void)state;
	overwrite(key, ZT_LIT("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGj\n-----END ENCRYPTED PRIVATE KEY-----\n"));
	assert_old("encrypted");
	becomes_whole();
}

static void files_that_are_gone(void **state)
{
	(void)state;
	assert_int_equal(unlink(bench_path(certificate)), 0);
	assert_old("No such file");
	assert_int_equal(unlink(bench_path(key)), 0);
	assert_old("No such file");
	becomes_whole();
}

static void back_again_unchanged_is_no_other_certificate(void **state)
{
	(void)state;
	assert_int_equal(rename(bench_path(certificate), bench_path("aside")), 0);
	assert_old("No such file");
	assert_int_equal(rename(bench_path("aside"), bench_path(certificate)), 0);
	zt_identity_info info;
	assert_ok(look(&info));
	assert_int_equal(info.generation, 1);
	assert_string_equal(files.error.text, "");
}

static void written_anew_with_the_same_bytes_is_no_other_certificate(void **state)
{
	(void)state;
	zt_identity_info info;
	const struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
	copy("client.pem", certificate);
	assert_int_equal(utimensat(AT_FDCWD, bench_path(certificate), times, 0), 0);
	assert_ok(look(&info));
	assert_int_equal(info.generation, 1);
}

static void assert_unreadable(const char *name)
{
	assert_int_equal(chmod(bench_path(name), 0), 0);
	bool root = geteuid() == 0;
	assert_true(!root || seteuid(NOBODY) == 0);
	assert_old("Permission denied");
	assert_true(!root || seteuid(0) == 0);
	assert_int_equal(chmod(bench_path(name), 0600), 0);
}

static void files_that_may_not_be_read(void **state)
{
	(void)state;
	copy("client-2.pem", certificate);
	copy("client-2.key", key);
	assert_unreadable(certificate);
	assert_unreadable(key);
	assert_new();
}

static void folders_in_their_place(void **state)
{
	(void)state;
	assert_int_equal(unlink(bench_path(certificate)), 0);
	assert_int_equal(mkdir(bench_path(certificate), 0700), 0);
	assert_old("is no file");
	assert_int_equal(rmdir(bench_path(certificate)), 0);
	becomes_whole();
}

static void a_pipe_in_its_place_lets_nobody_wait(void **state)
{
	(void)state;
	assert_int_equal(unlink(bench_path(key)), 0);
	assert_int_equal(mkfifo(bench_path(key), 0600), 0);
	assert_old("is no file");
	assert_int_equal(unlink(bench_path(key)), 0);
	becomes_whole();
}

static void a_huge_file(void **state)
{
	(void)state;
	assert_int_equal(truncate(bench_path(certificate), (off_t)1 << 40), 0);
	assert_old("larger than 65536 bytes");
	assert_int_equal(truncate(bench_path(key), (off_t)1 << 40), 0);
	copy("client-2.pem", certificate);
	assert_old("larger than 16384 bytes");
	becomes_whole();
}

static void without_a_pair_of_before_there_is_none(void **state)
{
	(void)state;
	zt_identity_info info;
	assert_status(look(&info), ZT_E_NOT_FOUND);
	assert_null(files.tls);
	copy("client.pem", certificate);
	assert_status(look(&info), ZT_E_INVALID);
	copy("client-2.key", key);
	assert_status(look(&info), ZT_E_INVALID);
	assert_null(files.tls);
	copy("client.key", key);
	assert_ok(look(&info));
	assert_string_equal(info.name, "device-1");
}

typedef struct {
	char certificate[BENCH_PATH_MAX], key[BENCH_PATH_MAX];
	zt_str texts[2][2];
	atomic_bool stop;
} swapper;

/* Certificate and key are renamed over one after the other: for a moment they do not belong together. */
static void *swap_until_told(void *context)
{
	swapper *s = context;
	for (unsigned turn = 0; !s->stop || turn % 2 == 0; turn++)
		if (zt_file_write(s->certificate, zt_str_view(&s->texts[turn % 2][0]), 0600, NULL) != ZT_OK ||
		    zt_file_write(s->key, zt_str_view(&s->texts[turn % 2][1]), 0600, NULL) != ZT_OK)
			return "a file cannot be written";
	return NULL;
}

static void swapped_while_being_read(void **state)
{
	(void)state;
	static swapper s;
	zt_identity_info info;
	pthread_t thread;
	void *trouble;
	s.texts[0][0] = read_text("client-2.pem");
	s.texts[0][1] = read_text("client-2.key");
	s.texts[1][0] = read_text("client.pem");
	s.texts[1][1] = read_text("client.key");
	assert_ok(zt_text_copy(s.certificate, BENCH_PATH_MAX, zt_view_of(bench_path(certificate))));
	assert_ok(zt_text_copy(s.key, BENCH_PATH_MAX, zt_view_of(bench_path(key))));
	assert_int_equal(pthread_create(&thread, NULL, swap_until_told, &s), 0);
	for (int i = 0; i < 1000; i++) {
		assert_ok(look(&info));
		assert_int_equal(SSL_CTX_check_private_key(files.tls), 1);
	}
	s.stop = true;
	assert_int_equal(pthread_join(thread, &trouble), 0);
	assert_null(trouble);
	assert_ok(look(&info));
	assert_string_equal(files.error.text, "");
	assert_in_range(info.generation, 1, UINT32_MAX);
	for (int i = 0; i < 4; i++)
		zt_str_free(&s.texts[i / 2][i % 2]);
}

#define WITH_A_PAIR(test) cmocka_unit_test_setup_teardown(test, begin_with_a_pair, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_A_PAIR(an_empty_certificate),
		WITH_A_PAIR(an_empty_key),
		WITH_A_PAIR(a_certificate_cut_in_its_base64),
		WITH_A_PAIR(a_certificate_cut_at_each_byte_is_never_taken),
		WITH_A_PAIR(a_chain_cut_in_its_second_certificate),
		WITH_A_PAIR(a_chain_that_grows_is_no_other_certificate),
		WITH_A_PAIR(a_key_cut_in_its_base64),
		WITH_A_PAIR(a_new_certificate_with_the_old_key),
		WITH_A_PAIR(a_new_key_with_the_old_certificate),
		WITH_A_PAIR(an_encrypted_key_asks_nobody),
		WITH_A_PAIR(files_that_are_gone),
		WITH_A_PAIR(back_again_unchanged_is_no_other_certificate),
		WITH_A_PAIR(written_anew_with_the_same_bytes_is_no_other_certificate),
		WITH_A_PAIR(files_that_may_not_be_read),
		WITH_A_PAIR(folders_in_their_place),
		WITH_A_PAIR(a_pipe_in_its_place_lets_nobody_wait),
		WITH_A_PAIR(a_huge_file),
		cmocka_unit_test_setup_teardown(without_a_pair_of_before_there_is_none, begin, end),
		WITH_A_PAIR(swapped_while_being_read),
	};
	return cmocka_run_group_tests(tests, bench_begin, bench_end);
}
