#include "cloud/broker/remote.h"

#include "base/fs.h"
#include "net/address.h"

enum { FILE_MAX = ZT_BROKER_USERNAME_MAX + ZT_BROKER_PASSWORD_MAX + 16, TLS_PORT = 8883, PLAIN_PORT = 1883 };

/* HOST or [ADDRESS], and what stands behind it. */
static bool take_host(zt_view *rest, char *ret, size_t cap)
{
	bool bracketed = zt_view_take_prefix(rest, ZT_LIT("["));
	size_t n = zt_view_find(*rest, bracketed ? ']' : ':');
	zt_view host;
	if (n == 0 || !zt_view_take(rest, n, &host))
		return false;
	return (!bracketed || zt_view_take_prefix(rest, ZT_LIT("]"))) && zt_text_copy(ret, cap, host) == ZT_OK;
}

static bool take_port(zt_view rest, uint16_t *ret)
{
	uint64_t number;
	if (rest.n == 0)
		return true;
	if (!zt_view_take_prefix(&rest, ZT_LIT(":")) || !zt_view_to_u64(rest, &number) || number == 0 ||
	    number > UINT16_MAX)
		return false;
	*ret = (uint16_t)number;
	return true;
}

static zt_status read_url(const char *url, zt_dial_spec *ret, zt_error *ret_error)
{
	zt_view rest = zt_view_of(url);
	zt_dial_spec where = { .tls = zt_view_take_prefix(&rest, ZT_LIT("mqtts://")) };
	where.port = where.tls ? TLS_PORT : PLAIN_PORT;
	/* Not shown: it may hold a password. */
	if (zt_view_find(rest, '@') < rest.n)
		return zt_error_set(
		    ret_error, ZT_E_USAGE,
		    "--broker takes no credentials: put USER:PASSWORD in a file of mode 600 and name it "
		    "with --broker-credentials");
	if ((!where.tls && !zt_view_take_prefix(&rest, ZT_LIT("mqtt://"))) ||
	    !take_host(&rest, where.host, sizeof where.host) || !take_port(rest, &where.port))
		return zt_error_set(ret_error, ZT_E_USAGE, "--broker wants mqtts://HOST[:PORT], not '%s'", url);
	if (!where.tls && !zt_address_text_is_loopback(where.host) && strcmp(where.host, "localhost") != 0)
		return zt_error_set(ret_error, ZT_E_USAGE,
				    "--broker: without TLS the broker must be on this machine; use mqtts://%s",
				    where.host);
	*ret = where;
	return ZT_OK;
}

static zt_status read_login(const char *path, zt_broker_remote *ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free_wiped) zt_str text = ZT_STR(FILE_MAX);
	TRY(zt_file_read_private(path, &text, ret_error));
	zt_view password = zt_view_trim(zt_str_view(&text)), username;
	if (zt_view_find(password, ':') == password.n || !zt_view_split(&password, ':', &username) || username.n == 0 ||
	    zt_view_find(password, '\n') < password.n)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "%s: one line USER:PASSWORD is expected", path);
	if (password.n > ZT_BROKER_PASSWORD_MAX || zt_text_copy(ret->username, sizeof ret->username, username) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "%s: at most %d bytes of user name, %d of password",
				    path, ZT_BROKER_USERNAME_MAX, ZT_BROKER_PASSWORD_MAX);
	return zt_secret_set(&ret->password, password);
}

zt_status zt_broker_remote_read(const char *url, const char *credentials_file, const char *ca_file,
				zt_broker_remote *ret, zt_error *ret_error)
{
	zt_broker_remote remote = { 0 };
	TRY(read_url(url, &remote.where, ret_error));
	remote.where.ca_file = ca_file;
	if (credentials_file)
		TRY(read_login(credentials_file, &remote, ret_error));
	*ret = remote;
	zt_secret_wipe(&remote.password);
	return ZT_OK;
}
