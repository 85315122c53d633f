"""attest, against an authority that answers what it should not."""
import base64
import json
import shutil
import unittest

from agent import AgentTest
from scripted import Server

TENANT = "11111111-2222-4333-8444-555555555555"


def answer(body, status="200 OK"):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (status.encode(), len(body), body)


NONCE = answer({"nonce": base64.b64encode(bytes(32)).decode(), "expires": "2030-01-01T00:00:00Z"})


class BadAuthority(AgentTest):
    def setUp(self):
        super().setUp()
        shutil.rmtree(self.agent.state / "identity")
        self.agent.run("init")

    def attest(self, *answers):
        server = Server(self.folder, answers, mutual=False)
        self.addCleanup(server.close)
        done = self.agent.run("attest", "--attest", f"https://localhost:{server.port}", "--attest-ca-file",
                              self.folder / "root.pem", "--tenant", TENANT)
        self.assertFalse((self.agent.state / "identity").exists())
        self.requests = server.requests
        return done

    def test_the_requests_are_those_of_the_contract(self):
        self.assert_exit(self.attest(NONCE, answer({"code": "InvalidEvidence", "message": "no"}, "403 Forbidden")), 9,
                         "InvalidEvidence")
        (first, challenge), (second, request) = self.requests
        self.assertEqual(first.split(b"\r\n")[0], f"POST /tenants/{TENANT}/challenge HTTP/1.1".encode())
        self.assertEqual(set(json.loads(challenge)), {"deviceId"})
        self.assertEqual(second.split(b"\r\n")[0], f"POST /tenants/{TENANT}/certificates HTTP/1.1".encode())
        self.assertEqual(set(json.loads(request)), {"format", "nonce", "csr", "signature"})
        self.assertIn(b"Content-Type: application/json", second)

    def test_a_certificate_of_another_device(self):
        other = (self.folder / "client.pem").read_text()
        self.assert_exit(self.attest(NONCE, answer({"certificate": other, "chain": [], "notAfter": ""})), 1, "another device")

    def test_no_certificate(self):
        self.assert_exit(self.attest(NONCE, answer({"chain": []})), 1, "cannot be read")
        self.assert_exit(self.attest(NONCE, answer({"certificate": "-----BEGIN CERTIFICATE-----\nMII"})), 1, "cannot be read")

    def test_a_nonce_of_another_length(self):
        self.assert_exit(self.attest(answer({"nonce": "c2hvcnQ=", "expires": ""})), 1, "32 bytes")
        self.assert_exit(self.attest(answer({"nonce": 7})), 1, "32 bytes")

    def test_no_json(self):
        self.assert_exit(self.attest(answer(b"<html>")), 1, "no JSON")

    def test_silence_half_an_answer_and_garbage(self):
        self.assert_exit(self.attest(b""), 7, "closed")
        self.assert_exit(self.attest(NONCE[:-20]), 1, "protocol")
        self.assert_exit(self.attest(b"SSH-2.0-x\r\n"), 1, "protocol")

    def test_an_answer_without_end(self):
        self.assert_exit(self.attest(answer(b"x" * 70000)), 1, "limit")

    def test_errors_become_exit_statuses(self):
        for status, code in (("429 Too Many Requests", 8), ("500 Oops", 8), ("404 Not Found", 5), ("400 Bad Request", 1)):
            self.assert_exit(self.attest(answer({"code": "Some", "message": "words"}, status)), code, "words (Some)")


if __name__ == "__main__":
    unittest.main()
