"""The handler over TLS: the server is verified, in every case, against the roots it was given."""
import os
import pathlib
import ssl
import subprocess

from bench import Bench, run_all
from tls import Ca, wrap


def https_bench(context):
    bench = Bench()
    wrap(bench.server.http, context)
    port = bench.server.http.server_port
    bench.environment["AWS_ENDPOINT_URL"] = f"https://localhost:{port}"
    return bench


def refused(bench):
    kind, body = bench.try_deliver(bench.device())
    assert kind == "error" and body["errorType"] == "Function.ZT_E_TLS", body
    assert bench.registry.calls == []
    return body["errorMessage"]


def test_roots_of_the_package():
    """roots.pem is what a handler without AWS_CA_BUNDLE trusts: here replaced by the test's own."""
    ca = Ca()
    with https_bench(ca.context()) as bench:
        pathlib.Path(bench.folder.name, "roots.pem").write_bytes(ca.bundle.read_bytes())
        assert bench.deliver(bench.device()) == "created"
        assert bench.deliver(bench.device()) == "created"


def test_ca_bundle_wins():
    ca = Ca()
    with https_bench(ca.context()) as bench:
        bench.environment["AWS_CA_BUNDLE"] = str(ca.bundle)
        assert bench.deliver(bench.device()) == "created"


def test_amazons_roots_do_not_vouch_for_others():
    with https_bench(Ca().context()) as bench:
        assert "not correctly signed by the trusted CA" in refused(bench)


def test_another_host():
    ca = Ca()
    with https_bench(ca.context(host="elsewhere")) as bench:
        bench.environment["AWS_CA_BUNDLE"] = str(ca.bundle)
        assert "does not match" in refused(bench)


def test_expired():
    ca = Ca()
    with https_bench(ca.context(days=-1)) as bench:
        bench.environment["AWS_CA_BUNDLE"] = str(ca.bundle)
        assert "expired" in refused(bench)


def test_tls_1_1_is_too_old():
    ca = Ca()
    with https_bench(ca.context(maximum=ssl.TLSVersion.TLSv1_1)) as bench:
        bench.environment["AWS_CA_BUNDLE"] = str(ca.bundle)
        refused(bench)


def test_package_holds_amazons_roots():
    with Bench() as bench:
        text = subprocess.run(["openssl", "crl2pkcs7", "-nocrl", "-certfile", os.path.join(bench.folder.name, "roots.pem")],
                              check=True, capture_output=True).stdout
        names = subprocess.run(["openssl", "pkcs7", "-print_certs", "-noout"], input=text, check=True,
                               capture_output=True).stdout.decode()
    for root in ("Amazon Root CA 1", "Amazon Root CA 2", "Amazon Root CA 3", "Amazon Root CA 4",
                 "Starfield Services Root Certificate Authority - G2"):
        assert root in names, names


run_all(globals())
