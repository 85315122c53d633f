"""publish by HTTPS, against a scripted server in Python's own TLS that behaves as AWS IoT Core was seen to."""
import unittest

from agent import AgentTest, events
from scripted import Server

OK = (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 65\r\ndate: Thu, 22 Aug 2019 14:25:58 GMT\r\n"
      b"x-amzn-RequestId: 7c7a5f3a-5a2c-4c6e-9d37-2f1f0a5b9e11\r\nconnection: keep-alive\r\n\r\n"
      b'{"message":"OK","traceId":"7c7a5f3a-5a2c-4c6e-9d37-2f1f0a5b9e11"}')
FORBIDDEN = (b"HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: 16\r\n"
             b"x-amzn-ErrorType: ForbiddenException:\r\n\r\n" b'{"message":null}')
SILENCE = b""


class Publish(AgentTest):
    def serve(self, *answers, **options):
        server = Server(self.folder, answers, **options)
        self.addCleanup(server.close)
        return server

    def publish(self, server, *more, input=b""):
        return self.agent.run("publish", "--endpoint", "localhost", "--https-port", server.port, "--ca-file",
                              self.folder / "root.pem", *more, input=input)

    def test_through_refusal_and_missing_policy_to_accepted(self):
        server = self.serve(SILENCE, SILENCE, FORBIDDEN, OK)
        done = self.publish(server, "--json", "myhome/myroom", '{"state":{"reported":{"LED":"ON"}}}')
        self.assert_exit(done, 0)
        told = [(e["event"], e.get("reason")) for e in events(done) if e["event"] != "connecting"]
        self.assertEqual(told, [("refused", "being-registered"), ("refused", "not-active"), ("refused", "no-policy"),
                                ("accepted", None), ("published", None)])
        accepted = events(done)[-2]
        self.assertEqual(accepted["attempts"], 4)
        self.assertGreater(accepted["ms"], 0)
        self.assertEqual(events(done)[-1]["httpStatus"], 200)
        head, body = server.requests[-1]
        self.assertEqual(head.split(b"\r\n")[0], b"POST /topics/myhome%2Fmyroom?qos=1 HTTP/1.1")
        self.assertEqual(body, b'{"state":{"reported":{"LED":"ON"}}}')
        self.assertEqual(server.peers[0]["subject"], ((("commonName", "device-1"),),))

    def test_people_read_words(self):
        done = self.publish(self.serve(SILENCE, OK), "a", "x")
        self.assert_exit(done, 0, "as expected of a new certificate")
        self.assertEqual(done.stdout, b"")
        self.assertIn("accepted by HTTPS after", done.stderr.decode())

    def test_any_bytes_from_standard_input(self):
        server = self.serve(OK)
        payload = bytes(range(256)) + b"\n\0"
        self.assert_exit(self.publish(server, "a", "-", input=payload), 0)
        self.assert_exit(self.publish(server, "a", input=b""), 0)
        self.assertEqual([body for _, body in server.requests], [payload, b""])

    def test_the_largest_payload_goes_and_one_byte_more_does_not(self):
        server = self.serve(OK)
        self.assert_exit(self.publish(server, "a", "-", input=b"x" * 131072), 0)
        self.assertEqual(len(server.requests[0][1]), 131072)
        self.assert_exit(self.publish(server, "a", "-", input=b"x" * 131073), 1, "131072")
        self.assertEqual(len(server.requests), 1)

    def test_limits_are_named_before_anything_is_sent(self):
        server = self.serve(OK)
        self.assert_exit(self.publish(server, "t" * 257, "x"), 1, "256 bytes")
        self.assert_exit(self.publish(server, "a/b/c/d/e/f/g/h/i", "x"), 1, "7 slashes")
        self.assert_exit(self.publish(server, "a/#", "x"), 1, "'#'")
        self.assertEqual(server.requests, [])

    def test_a_missing_policy_in_the_end_is_denied(self):
        done = self.publish(self.serve(FORBIDDEN), "--timeout", "1", "a", "x")
        self.assert_exit(done, 9, "no policy")

    def test_no_activation_in_the_end_is_a_timeout(self):
        done = self.publish(self.serve(SILENCE), "--timeout", "1", "a", "x")
        self.assert_exit(done, 7, "not active")

    def test_a_server_that_cannot_be_verified_gets_nothing(self):
        for certificate, words in (("wrong-host", "hostname mismatch"), ("expired", "expired"), ("other-root", "certificate")):
            server = self.serve(OK, certificate=certificate)
            self.assert_exit(self.publish(server, "a", "x"), 7, words)
            self.assertEqual(server.requests, [])

    def test_a_rejected_request_is_not_repeated(self):
        server = self.serve(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        done = self.publish(server, "a", "x")
        self.assert_exit(done, 1, "HTTP 400")
        self.assertEqual(len(server.requests), 1)

    def test_garbage_is_told(self):
        done = self.publish(self.serve(b"220 smtp ready\r\n"), "--timeout", "1", "a", "x")
        self.assert_exit(done, 1, "broken")

    def test_usage(self):
        self.assert_exit(self.agent.run("publish", "a", "x"), 2, "--endpoint")
        self.assert_exit(self.agent.run("publish", "-e", "localhost"), 2, "argument is missing")
        self.assert_exit(self.agent.run("publish", "-e", "localhost", "--via", "carrier-pigeon", "a"), 2, "https or mqtt")
        self.assert_exit(self.agent.run("publish", "-e", "127.0.0.1", "a", "x"), 3, "SNI")
        self.assert_exit(self.agent.run("publsh"), 2, "did you mean 'publish'")

    def test_no_certificate(self):
        (self.agent.state / "identity/certificate.pem").unlink()
        self.assert_exit(self.publish(self.serve(OK), "a", "x"), 4, "zerotouch-device attest")

    def test_a_key_of_another_certificate(self):
        self.agent.identity(self.folder / "client.pem", self.folder / "client-2.key")
        self.assert_exit(self.publish(self.serve(OK), "a", "x"), 4, "belong together")


if __name__ == "__main__":
    unittest.main()
