"""Requests against AWS's own API models: which operation it is, and that each member stands where it belongs, is known, complete, and of
its type, length, pattern and enumeration."""
import json
import pathlib
import re
import sys
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).parent.parent / "api"))
from shapes import Model, NoModel, Wrong, model_of  # noqa: E402


def requests_of(service):
    """A model that knows requests too; None where the published one is not beside the project."""
    model = model_of(service)
    return None if isinstance(model, NoModel) else Requests(model.model)


class Requests(Model):
    def operation_of(self, exchange):
        """The name of the operation and the labels of its path."""
        if self.protocol == "query":
            return exchange.form["Action"], {}
        if self.protocol == "json":
            prefix, name = exchange.header("x-amz-target").split(".")
            Model.expect(prefix == self.model["metadata"]["targetPrefix"], "x-amz-target", prefix, "the service's")
            return name, {}
        path = urllib.parse.urlsplit(exchange.target).path
        found = [(len(labels), name, labels) for name, op in self.model["operations"].items()
                 if op["http"]["method"] == exchange.method and (labels := self.labels_of(op["http"]["requestUri"], path)) is not None]
        if not found:
            raise Wrong(f"no operation is {exchange.method} {path}")
        return min(found, key=lambda each: each[0])[1:]

    @staticmethod
    def labels_of(uri, path):
        pattern = re.sub(r"\\{(\w+)\\\+\\}", r"(?P<\1>.+)", re.escape(uri.split("?")[0]))
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", pattern)
        match = re.fullmatch(pattern.rstrip("/") + "/?", path)
        return match and {name: urllib.parse.unquote(value) for name, value in match.groupdict().items()}

    def check_request(self, exchange):
        """The name of the operation."""
        name, labels = self.operation_of(exchange)
        op = self.model["operations"][name]
        if "input" not in op:
            Model.expect(exchange.body in (b"", b"{}") or self.protocol == "query", name, exchange.body, "empty")
            return name
        shape = self.shape(op["input"])
        if self.protocol == "query":
            self.check_form(name, shape, exchange.form)
        elif self.protocol == "json":
            self.structure(name, shape, json.loads(exchange.body))
        else:
            self.check_rest(name, shape, exchange, labels)
        return name

    # ---- REST

    def check_rest(self, operation, shape, exchange, labels):
        query = urllib.parse.parse_qsl(urllib.parse.urlsplit(exchange.target).query, keep_blank_values=True)
        given = dict(query)
        Model.expect(len(given) == len(query), operation, query, "without repetition")
        headers = {name.lower(): value for name, value in exchange.headers}
        in_body = {}
        for name, member in shape.get("members", {}).items():
            wire = member.get("locationName", name)
            where = {"uri": labels, "querystring": given, "header": headers}.get(member.get("location"))
            if where is None:
                in_body[name] = member
                continue
            key = wire.lower() if where is headers else wire
            if key in where:
                self.value(f"{operation}.{name}", member, self.typed(member, where.pop(key)))
            elif name in shape.get("required", []):
                raise Wrong(f"{operation}: {name} is missing in the {member['location']}")
        Model.expect(not given, operation, given, "parameters of it")
        extra = [name for name in headers if name.startswith("x-amz") and name not in ("x-amz-date", "x-amz-security-token")]
        Model.expect(not extra, operation, extra, "headers of it")
        self.check_body(operation, shape, in_body, exchange.body)

    def check_body(self, operation, shape, members, body):
        payload = shape.get("payload")
        if payload and self.shape(members[payload])["type"] == "blob":
            return
        if payload:
            self.value(f"{operation}.{payload}", members[payload], json.loads(body))
            return
        required = [name for name in shape.get("required", []) if name in members]
        self.structure(operation, {"members": members, "required": required}, json.loads(body or b"{}"))

    def typed(self, member, text):
        """What stands in a path, query or header is text; booleans and numbers have one spelling."""
        kind = self.shape(member)["type"]
        if kind in ("integer", "long"):
            return int(text)
        return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text

    # ---- Query

    def check_form(self, operation, shape, form):
        version = self.model["metadata"]["apiVersion"]
        Model.expect(form.pop("Version") == version and form.pop("Action") == operation, operation, form, version)
        self.form_structure(operation, "", shape, form)
        Model.expect(not form, operation, form, "parameters of it")

    def form_structure(self, where, prefix, shape, form):
        for name, member in shape.get("members", {}).items():
            key = prefix + member.get("locationName", name)
            there = any(given == key or given.startswith(key + ".") for given in form)
            if there:
                self.form_value(f"{where}.{name}", key, member, form)
            elif name in shape.get("required", []):
                raise Wrong(f"{where}: {key} is missing")

    def form_value(self, where, key, member, form):
        shape = self.shape(member)
        if shape["type"] == "structure":
            self.form_structure(where, key + ".", shape, form)
        elif shape["type"] == "list":
            number = 1
            while any(given == f"{key}.member.{number}" or given.startswith(f"{key}.member.{number}.") for given in form):
                self.form_value(f"{where}[{number}]", f"{key}.member.{number}", shape["member"], form)
                number += 1
            Model.expect(number > 1, where, form, "numbered from 1")
        else:
            self.scalar(where, shape, self.typed(member, form.pop(key)))
