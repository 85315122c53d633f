"""Between the tool and the control plane something goes wrong. It is waited out, or told in one line with AWS's request and the way out;
and whatever was half made, the next run goes on from there."""
import json
import re

from between import Between
from setup.tool import PARTLY, Tool
from world import World

# A page of somebody's gateway.
PAGE = "<html><body>Please sign in to the network</body></html>"
TOO_LARGE = b'{"x":"' + b"x" * (9 * 1024 * 1024) + b'"}'


class Broken(Tool):
    """Each test has a set-up of its own name."""

    def __init__(self, world, between):
        super().__init__(world, url=between.url)
        self.between, self.number = between, 0

    def fresh(self):
        self.number += 1
        self.name = f"bad{self.number}"
        return self

    def try_to(self, verb, *more, **options):
        return self.run(verb, "--name", self.name, *more, status=None, **options)

    def act(self, act):
        self.between.exchanges.clear()
        self.between.act = act

    def completes(self):
        """Nothing stands in the way any more: the next run ends, the plan is empty, and all of it can be removed."""
        self.act(lambda exchange: exchange.hand_on())
        self.run("setup", "--name", self.name, "--yes")
        self.run("plan", "--name", self.name, "--exit-code")
        self.run("teardown", "--name", self.name, "--yes", status=PARTLY)
        self.assert_nothing_left()


def told(done, status, *words):
    """One line, with all of the words."""
    lines = done.stderr.decode().splitlines()
    last = lines[-1]
    assert done.returncode == status, done
    assert last.startswith("zerotouch: ") and all(word in last for word in words), (words, done)
    assert not any(line.startswith("  ") and "request" in line for line in lines), lines
    return lines


def is_call(exchange, what):
    return re.search(what, exchange.operation) is not None


def first(number, act):
    """Acts so on the first calls, and hands on what follows."""
    calls = 0

    def choose(exchange):
        nonlocal calls
        calls += 1
        if calls <= number:
            act(exchange)
        else:
            exchange.hand_on()
    return choose


def only(what, act):
    return lambda exchange: act(exchange) if is_call(exchange, what) else exchange.hand_on()


def test_throttling_and_5xx_are_waited_out_and_shown(tool):
    for act, word in ((lambda e: e.refuse(400, "ThrottlingException", "Rate exceeded"), "Rate exceeded"),
                      (lambda e: e.refuse(503, "ServiceUnavailableException", "out of order"), "out of order"),
                      (lambda e: e.answer_with(502, PAGE), "service unavailable"),
                      (lambda e: e.refuse(429, "TooManyRequestsException", "slowly"), "slowly")):
        tool.fresh().act(first(3, act))
        done = tool.try_to("plan")
        assert done.returncode == 0, done
        waits = [line for line in done.stderr.decode().splitlines() if re.search(r"; try \d in \d", line)]
        assert len(waits) == 3 and all(word in line and f"; try {n} in " in line for n, line in enumerate(waits, 2)), (word, waits)


def test_retry_after_is_respected(tool):
    tool.fresh().act(first(1, lambda e: e.refuse(503, "ServiceUnavailableException", retry_after="1")))
    done = tool.try_to("plan")
    assert done.returncode == 0 and b"; try 2 in 1.0 s" in done.stderr, done


def test_waiting_has_an_end(tool):
    tool.fresh().act(lambda e: e.refuse(400, "ThrottlingException", "Rate exceeded"))
    lines = told(tool.try_to("plan", "--call-timeout", "2"), 8, "Rate exceeded", "ThrottlingException", "request request-of-the-test", "later")
    assert len(lines) > 2, lines
    tool.act(lambda e: e.refuse(500, "InternalFailure", "broken"))
    told(tool.try_to("plan", "--call-timeout", "1"), 8, "broken", "HTTP status 500", "later")


def test_the_retries_of_a_run_share_a_budget(tool):
    """Each call of a plan fails a little: none of them would reach its own time."""
    last = None

    def act(exchange):
        nonlocal last
        again, last = exchange.operation == last, exchange.operation
        if again:
            exchange.hand_on()
        else:
            exchange.refuse(503, "ServiceUnavailableException", "out of order", retry_after="1")
    tool.fresh().act(act)
    lines = told(tool.try_to("plan", "--retry-budget", "2"), 8, "out of order", "the 2 s for all retries of a run are over")
    assert len(lines) in (2, 3), lines


def test_credentials(tool):
    for code, status, word in (("ExpiredToken", 403, "sign in anew"), ("InvalidClientTokenId", 403, "--profile"),
                               ("SignatureDoesNotMatch", 403, "clock")):
        tool.fresh().act(only("GetCallerIdentity", lambda e, c=code, s=status: e.refuse(s, c, "words of AWS")))
        told(tool.try_to("setup"), 4, "words of AWS", code, "request request-of-the-test", word)
    tool.act(lambda exchange: exchange.hand_on())
    past = {**tool.world.env, "AWS_ACCESS_KEY_ID": "ASIAX", "AWS_SECRET_ACCESS_KEY": "x", "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}
    told(tool.try_to("setup", env=past), 4, "expired at 2020-01-01T00:00:00Z", "sign in anew")
    assert tool.between.exchanges == []
    real = tool.try_to("setup", env={**tool.world.env, "AWS_ACCESS_KEY_ID": "ASIANOBODYKNOWS12", "AWS_SECRET_ACCESS_KEY": "x"})
    told(real, 4, "security token", "InvalidClientTokenId", "request ", "--profile")
    no_region = {k: v for k, v in tool.world.env.items() if "REGION" not in k}
    told(tool.try_to("setup", env=no_region), 3, "no Region", "--region")


def test_another_account(tool):
    tool.fresh().act(lambda exchange: exchange.hand_on())
    told(tool.try_to("setup", "--account", "123456789012"), 4, "of account 000000000000, not of 123456789012", "--profile")
    assert [e.operation for e in tool.between.exchanges] == ["sts:GetCallerIdentity"]
    assert tool.try_to("plan", "--account", "000000000000").returncode == 0


def test_a_ca_that_is_registered_elsewhere(tool):
    tool.fresh().act(only(r"^iot POST /cacertificate", lambda e: e.refuse(409, "ResourceAlreadyExistsException", "CA certificate already exists")))
    told(tool.try_to("setup"), 6, "CA certificate already exists", "another account", "--mode sni-only", "request request-of-the-test")
    tool.completes()


def test_the_limit_of_ten_cas_with_one_subject(tool):
    message = "You have reached the limit of CA certificates with the same subject"
    tool.fresh().act(only(r"^iot POST /cacertificate", lambda e: e.refuse(403, "LimitExceededException", message)))
    told(tool.try_to("setup"), 1, "CA certificate", "limit", "setup --prune", "request request-of-the-test")
    tool.completes()


def test_a_denied_call_names_the_action(tool):
    message = "User: x is not authorized to perform: iam:CreateRole on resource: y"
    tool.fresh().act(only("iam:CreateRole", lambda e: e.refuse(403, "AccessDenied", message)))
    told(tool.try_to("setup"), 9, "iam:CreateRole", "AccessDenied", "request request-of-the-test", "--print-operator-policy")
    tool.completes()


def test_no_answer_of_aws(tool):
    """A page instead of JSON and XML, and things that look like them."""
    for what, body, word in (("GetCallerIdentity", PAGE, "another form"), ("GetCallerIdentity", "{}", "no XML"),
                             ("GetCallerIdentity", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type"), ("GetCallerIdentity", "", "no XML"),
                             ("^iot GET /endpoint", PAGE, "not JSON"), ("^iot GET /endpoint", "[" * 100_000, "not JSON"),
                             ("^iot GET /endpoint", b"\xff\xfe", "not JSON"), ("^lambda GET", '{"a":1', "not JSON")):
        tool.fresh().act(only(what, lambda e, b=body: e.answer_with(200, b, x_amzn_requestid="request-of-the-page")))
        told(tool.try_to("plan"), 1, word, "request request-of-the-page", "--endpoint-url")
    tool.act(only("GetCallerIdentity", lambda e: e.answer_with(200, TOO_LARGE)))
    told(tool.try_to("plan"), 1, "GetCallerIdentity", "over 8388608 bytes")


def test_connections(tool):
    """Reset, closed, half of an answer, silence: tried again where that does no harm, and told in the end."""
    for act, word in ((lambda e: e.reset(), "eset"), (lambda e: e.close(), "Empty reply"), (lambda e: e.forward().reply_half(), "bytes remaining")):
        tool.fresh().act(first(2, act))
        assert tool.try_to("plan").returncode == 0
        tool.act(act)
        lines = told(tool.try_to("plan"), 7, "GetCallerIdentity", word, "proxy")
        assert len(lines) == 3, lines
    tool.act(lambda e: e.hang())
    told(tool.try_to("plan", "--call-timeout", "1"), 7, "GetCallerIdentity", "timed out", "proxy")
    gone = tool.world.run("zerotouch", "things", "--endpoint-url", "http://127.0.0.1:1", check=False)
    told(gone, 7, "ListThings", "--endpoint-url")


# Everything that a set-up makes, in its order.
MAKING = ("^iot POST /thing-types", "^iot POST /policies", "iam:CreateRole", "iam:PutRolePolicy", "logs:CreateLogGroup", "logs:PutRetentionPolicy", "^lambda POST /2015-03-31/functions$",
          "^iot POST /rules", "^lambda POST .*/policy", "^iot GET /registrationcode", "^iot POST /cacertificate")


def test_an_answer_that_gets_lost_is_no_trouble(tool):
    """AWS did it, its answer comes half, and the second try finds it there."""
    lost = []

    def act(exchange):
        what = next((what for what in MAKING if is_call(exchange, what)), None)
        if what and what not in lost:
            lost.append(what)
            exchange.forward().reply_half()
        else:
            exchange.hand_on()
    tool.fresh().act(act)
    done = tool.try_to("setup", "--json")
    assert done.returncode == 0 and len(lost) == len(MAKING), (lost, done)
    tool.completes()


def test_what_stays_broken_is_gone_on_with(tool):
    """AWS did it each time, and what came back was somebody's page."""
    for what in MAKING:
        tool.fresh().act(only(what, lambda e: (e.forward(), e.answer_with(200, PAGE, x_amzn_requestid="request-of-the-page"))))
        done = tool.try_to("setup")
        # Some answers hold nothing that is needed.
        if done.returncode != 0:
            told(done, 1, "--endpoint-url", "request request-of-the-page")
        tool.completes()


def test_json_tells_the_same(tool):
    tool.fresh().act(only("GetCallerIdentity", lambda e: e.refuse(403, "ExpiredToken", "words of AWS")))
    error = json.loads(tool.try_to("plan", "--json").stderr.splitlines()[-1])["error"]
    assert (error["code"], error["requestId"], error["retryable"]) == ("ExpiredToken", "request-of-the-test", False), error
    assert "sign in anew" in error["remedy"] and "words of AWS" in error["message"], error


def main():
    with World() as world, Between(world.control) as between:
        tool = Broken(world, between)
        for name, test in sorted(globals().copy().items()):
            if name.startswith("test_"):
                test(tool)
                print("ok", name, flush=True)


main()
