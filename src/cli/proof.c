#include "cli/proof.h"

#include <stdio.h>

#include "base/capture.h"
#include "base/fs.h"
#include "base/words.h"
#include "x509/pem.h"
#include "x509/read.h"

zt_status zt_certificate_to_pem(zt_view bytes, const char *source, zt_str *ret_pem, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(ZT_PROOF_BYTES_MAX);
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	zt_error cause = { 0 };
	zt_view rest = bytes;
	zt_status status = zt_pem_next(&rest, "CERTIFICATE", &der);
	if (status == ZT_E_NOT_FOUND)
		status = zt_str_put(&der, bytes);
	if (status == ZT_OK)
		status = zt_cert_read(zt_str_view(&der), &info, &cause);
	if (status != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "%s: no certificate in PEM or DER%s%s", source,
				    cause.text[0] ? ": " : "", cause.text);
	return zt_pem_put(zt_str_view(&der), "CERTIFICATE", ret_pem);
}

zt_status zt_certificate_load(const char *path, zt_str *ret_pem, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str bytes = ZT_STR(ZT_PROOF_BYTES_MAX);
	TRY(zt_file_read(path, &bytes, ret_error));
	return zt_certificate_to_pem(zt_str_view(&bytes), path, ret_pem, ret_error);
}

static zt_status run_command(const char *command, zt_view code, zt_str *ret_pem, zt_error *ret_error)
{
	zt_words words;
	char code_text[128];
	int exit_status = -1;
	zt_error cause = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(ZT_PROOF_BYTES_MAX);
	TRY(zt_words_split(command, &words, ret_error));
	TRY(zt_text_copy(code_text, sizeof code_text, code));
	words.argv[words.count] = code_text;
	words.argv[words.count + 1] = NULL;
	zt_status status = zt_capture(words.argv, ZT_CAPTURE_OUTPUT, ZT_PROOF_COMMAND_MS, &out, &exit_status, &cause);
	if (status != ZT_OK)
		return zt_error_set(ret_error, status, "no proof of possession: %s", cause.text);
	if (exit_status != 0)
		return zt_error_set(ret_error, ZT_E_FAILED, "%s ended with status %d and gave no proof of possession",
				    words.argv[0], exit_status);
	return zt_certificate_to_pem(zt_str_view(&out), words.argv[0], ret_pem, ret_error);
}

zt_status zt_proof_check(zt_view pem, zt_view code, zt_error *ret_error)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	TRY(zt_cert_read_pem(pem, &info, ret_error));
	if (zt_view_equal(zt_cert_common_name(info), code))
		return ZT_OK;
	return zt_error_set(ret_error, ZT_E_INVALID,
			    "the proof's common name is \"%.*s\", but this account's registration code is %.*s",
			    ZT_PRI(zt_cert_common_name(info)), ZT_PRI(code));
}

static zt_status ask_by_hand(zt_view code, zt_error *ret_error)
{
	(void)printf("%.*s\n", ZT_PRI(code));
	return zt_error_set(
	    ret_error, ZT_E_PARTIAL,
	    "all but the CA is set up: let the CA's key sign a certificate whose common name is the code %.*s, "
	    "then run setup again with --proof FILE",
	    ZT_PRI(code));
}

zt_status zt_proof_get(const zt_proof_options *options, zt_view code, zt_str *ret_pem, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str pem = ZT_STR(2 * ZT_PROOF_BYTES_MAX);
	if (options->file)
		TRY(zt_certificate_load(options->file, &pem, ret_error));
	else if (options->command)
		TRY(run_command(options->command, code, &pem, ret_error));
	else
		return ask_by_hand(code, ret_error);
	TRY(zt_proof_check(zt_str_view(&pem), code, ret_error));
	return zt_str_put(ret_pem, zt_str_view(&pem));
}
