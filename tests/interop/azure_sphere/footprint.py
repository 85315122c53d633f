"""What the Azure Sphere app takes for itself, and that it asks the platform for nothing that the device lacks.

Of the 256 KiB that an application has, libcurl and TLS apart: its data, and its stack, bounded from above by the frames of all
its functions together, as if each had called another. Its heap is looked at while it runs (app.py).
"""
import pathlib
import re
import subprocess
import unittest

import sphere

BUILD = sphere.SDK / "app"
APP = BUILD / "ZerotouchAzureSphere.image/bin/app"
OWN_MAX = 48 * 1024
HEAP_MAX = 4 * 1024  # app.py holds it to that

# libcurl 7.53.1 as the device's sysroot exports it, without what cannot be meant here.
CURL = """easy_cleanup easy_duphandle easy_escape easy_getinfo easy_init easy_pause easy_perform easy_recv easy_reset easy_send
easy_setopt easy_strerror easy_unescape free getdate global_init global_init_mem global_cleanup multi_add_handle multi_assign
multi_cleanup multi_fdset multi_info_read multi_init multi_perform multi_remove_handle multi_setopt multi_socket multi_socket_action
multi_socket_all multi_strerror multi_timeout multi_wait slist_append slist_free_all version version_info""".split()
# The stable subset of wolfSSL (WOLFSSL_ABI in wolfssl/ssl.h), as far as a client needs it.
WOLFSSL = """wolfTLSv1_2_client_method wolfTLSv1_3_client_method wolfSSL_Init wolfSSL_Cleanup wolfSSL_new wolfSSL_free wolfSSL_set_fd
wolfSSL_connect wolfSSL_read wolfSSL_write wolfSSL_pending wolfSSL_shutdown wolfSSL_get_error wolfSSL_set_session wolfSSL_get_session
wolfSSL_check_domain_name wolfSSL_SetDevId wolfSSL_UseSNI wolfSSL_UseALPN wolfSSL_CTX_new wolfSSL_CTX_free
wolfSSL_CTX_use_certificate_file wolfSSL_CTX_use_certificate_chain_file wolfSSL_CTX_load_verify_locations wolfSSL_CTX_set_verify
wolfSSL_CTX_SetMinVersion wolfSSL_CTX_UseSNI wolfSSL_X509_load_certificate_file wolfSSL_X509_free wolfSSL_X509_get_subject_name
wolfSSL_X509_get_issuer_name wolfSSL_X509_NAME_oneline wolfSSL_X509_notBefore wolfSSL_X509_notAfter""".split()


class Footprint(unittest.TestCase):
    def test_data_stack_and_heap_fit(self):
        _, data, bss = (int(word) for word in subprocess.check_output(["size", APP], text=True).splitlines()[1].split()[:3])
        frames = [line.split("\t") for path in BUILD.rglob("*.su") for line in path.read_text().splitlines()]
        self.assertFalse([frame for frame in frames if frame[2] == "dynamic"], "every frame's size is known")
        stack = sum(int(frame[1]) for frame in frames)
        print(f"data {data + bss} bytes, stack at most {stack} bytes, heap at most {HEAP_MAX} bytes")
        self.assertGreater(len(frames), 100)
        self.assertLessEqual(data + bss + stack + HEAP_MAX, OWN_MAX)

    def test_no_function_recurses(self):
        """The sum of all frames bounds the stack only if none is there twice."""
        text = subprocess.check_output(["objdump", "-d", "--no-show-raw-insn", APP], text=True)
        for name, body in re.findall(r"^[0-9a-f]+ <([^>]+)>:\n((?:.+\n)*)", text, re.M):
            self.assertNotRegex(body, rf"call +[0-9a-f]+ <{re.escape(name)}>$", f"{name} calls itself")

    def test_only_what_the_device_has_is_asked_for(self):
        symbols = [line.split()[-1].split("@")[0] for line in
                   subprocess.check_output(["nm", "-D", "--undefined-only", APP], text=True).splitlines()]
        used = [name for name in symbols if name.startswith(("curl_", "wolf", "wc_"))]
        self.assertIn("curl_multi_socket_action", used)
        self.assertEqual(set(used) - {f"curl_{name}" for name in CURL} - set(WOLFSSL), set())

    def test_options_of_libcurl_that_came_later_are_not_used(self):
        source = (pathlib.Path(__file__).resolve().parents[3] / "src/port/azure-sphere/https.c").read_text()
        later = ("CURLOPT_CAINFO_BLOB", "CURLOPT_MIMEPOST", "CURLOPT_SSL_EC_CURVES", "CURLOPT_TLS13_CIPHERS", "CURLOPT_MAXAGE_CONN",
                 "CURLOPT_PROTOCOLS_STR", "CURLOPT_UPLOAD_BUFFERSIZE", "CURLE_SSL_PINNEDPUBKEYNOTMATCH")
        self.assertFalse([name for name in later if name in source])
        self.assertIn("CURLOPT_SSL_VERIFYPEER, 1L", source)
        self.assertIn("CURLOPT_SSL_VERIFYHOST, 2L", source)


if __name__ == "__main__":
    unittest.main()
