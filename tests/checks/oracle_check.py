#!/usr/bin/env python3
"""Checks the judge of the other checks: conversations without a fault have no finding, and each kind of fault is
found, in every protocol, in requests and in answers.

A judge that finds nothing in anything would pass every other check here.

Usage: oracle_check.py
"""

import json
import struct
import sys
import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

from botocore.serialize import RpcV2CBORSerializer

from bench import Checks
from oracle import models, patterns, proxy

SIGNED = "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"
ECS_TARGET = "AmazonEC2ContainerServiceV20141113"
GROUPS_NAMESPACE = "http://autoscaling.amazonaws.com/doc/2011-01-01/"


def headers(**fields):
    made = Message()
    for name, value in fields.items():
        made[name.replace("_", "-")] = value
    return made


def heard(method, target, fields, body, answer=None, status=200, answer_type="application/x-amz-json-1.1"):
    """The keys of all findings in a request and, if there is one, its answer."""
    call, meant = proxy.asked(method, target, fields, body)
    if answer is not None:
        proxy.replied(call, meant, status, headers(x_amzn_RequestId="1", Content_Type=answer_type), answer)
    return [finding["key"] for finding in call["findings"]]


def ecs(operation, members, answer=None, status=200):
    fields = headers(X_Amz_Target=f"{ECS_TARGET}.{operation}", Content_Type="application/x-amz-json-1.1")
    said = None if answer is None else json.dumps(answer).encode()
    return heard("POST", "/", fields, json.dumps(members).encode(), said, status)


def form(body, answer=None, status=200):
    fields = headers(Content_Type="application/x-www-form-urlencoded", Authorization=SIGNED.format("autoscaling"))
    said = answer and answer.encode()
    return heard("POST", "/", fields, body.encode(), said, status, "text/xml")


def cbor(values):
    """Bytes of rpc-v2-cbor, by botocore's writer. Moments are pairs of `moment` and a number."""
    made = bytearray()
    put(made, values)
    return bytes(made)


def put(made, value):
    writer = RpcV2CBORSerializer()
    if isinstance(value, dict):
        made.append(0xBF)
        for name, item in value.items():
            put(made, name)
            put(made, item)
        made.append(0xFF)
    elif isinstance(value, list):
        made.append(0x9F)
        for item in value:
            put(made, item)
        made.append(0xFF)
    elif isinstance(value, tuple):
        made.append(0xC1)
        put(made, value[1])
    elif isinstance(value, bool):
        made.append(0xF5 if value else 0xF4)
    elif isinstance(value, int):
        writer._serialize_type_integer(made, value, None, None)
    elif isinstance(value, float):
        import struct

        made.extend(b"\xfb" + struct.pack(">d", value))
    else:
        writer._serialize_type_string(made, value, None, None)


def alarms(operation, members, answer=None, status=200):
    fields = headers(Smithy_Protocol="rpc-v2-cbor", Content_Type="application/cbor")
    target = f"/service/GraniteServiceVersion20100801/operation/{operation}"
    return heard("POST", target, fields, cbor(members), answer and cbor(answer), status, "application/cbor")


def schedule(method, target, body, answer=None, status=200):
    fields = headers(Content_Type="application/json", Authorization=SIGNED.format("scheduler"))
    said = None if answer is None else json.dumps(answer).encode()
    return heard(method, target, fields, json.dumps(body).encode() if body is not None else b"", said, status, "application/json")


def check_json(checks):
    good = {"services": ["web"], "cluster": "demo"}
    service = {
        "serviceName": "web",
        "serviceArn": "arn:aws:ecs:us-east-1:123456789012:service/demo/web",
        "launchType": "FARGATE",
        "createdAt": 1700000000.5,
        "deployments": [{"id": "ecs-svc/1", "desiredCount": 2, "rolloutState": "COMPLETED"}],
    }
    answer = {"services": [service], "failures": []}
    checks.equal("json: a conversation without a fault has no finding", ecs("DescribeServices", good, answer), [])

    def request(name, members, *expected):
        checks.equal(f"json request: {name}", ecs("DescribeServices", members), [f"ecs DescribeServices request {text}" for text in expected])

    request("a misspelt member", {**good, "servces": []}, "servces: unknown member")
    request("a member that is missing", {"cluster": "demo"}, "services: missing")
    request("a value of another type", {"services": "web"}, "services: wrong type")
    request("a value outside the enum", {**good, "include": ["TAG"]}, "include[]: not in the enum")
    request("a null", {**good, "cluster": None}, "cluster: null")
    checks.equal("json request: a number that is a boolean", ecs("ListTasks", {"maxResults": True}), ["ecs ListTasks request maxResults: wrong type"])
    checks.equal(
        "json request: a number beyond its width", ecs("ListTasks", {"maxResults": 1 << 31}), ["ecs ListTasks request maxResults: out of range"]
    )
    nested = {"family": "web", "containerDefinitions": [{"name": "web", "portMappings": [{"protocol": "TCP"}]}]}
    checks.equal(
        "json request: a fault far inside",
        ecs("RegisterTaskDefinition", nested),
        ["ecs RegisterTaskDefinition request containerDefinitions[].portMappings[].protocol: not in the enum"],
    )
    checks.equal(
        "json request: an operation nobody has", ecs("DescribeService", {}), ["ecs DescribeService request operation: not in the model"]
    )

    def reply(name, change, *expected):
        found = ecs("DescribeServices", good, {**answer, **change})
        checks.equal(f"json answer: {name}", found, [f"ecs DescribeServices answer {text}" for text in expected])

    reply("a misspelt member", {"service": []}, "service: unknown member")
    reply("an enum in the wrong case", {"services": [{**service, "launchType": "fargate"}]}, "services[].launchType: not in the enum")
    reply("an empty enum", {"services": [{**service, "launchType": ""}]}, "services[].launchType: not in the enum")
    reply("a moment as text", {"services": [{**service, "createdAt": "2026-01-01T00:00:00Z"}]}, "services[].createdAt: wrong type")
    reply("an ARN of another form", {"services": [{**service, "serviceArn": "arn:aws:ecs:us-east-1:1:x"}]}, "services[].serviceArn: not of its form")
    twice = proxy.asked("POST", "/", headers(X_Amz_Target=f"{ECS_TARGET}.ListTasks", Content_Type="application/x-amz-json-1.1"), b'{"a":1,"a":2}')
    checks.equal("json request: a member twice", [entry["key"] for entry in twice[0]["findings"]], ["ecs ListTasks request body: unreadable"])


def check_errors(checks):
    def error(name, members, status, *expected):
        found = ecs("DescribeServices", {"services": ["web"]}, members, status)
        checks.equal(f"error: {name}", found, [f"ecs DescribeServices error {text}" for text in expected])

    error("one the model has", {"__type": "ClusterNotFoundException", "message": "no"}, 400)
    error("one any operation can have", {"__type": "ThrottlingException", "message": "no"}, 400)
    error("with a namespace before its code", {"__type": "com.amazonaws#ClusterNotFoundException", "message": "no"}, 400)
    error("one of another operation", {"__type": "TargetNotFoundException", "message": "no"}, 400, "code: not modelled for the operation")
    error("without a code", {"message": "no"}, 400, "code: missing")
    error("with a member its shape lacks", {"__type": "ClusterNotFoundException", "cluster": "x"}, 400, "ClusterNotFoundException.cluster: unknown member")
    error("with another status", {"__type": "ServerException", "message": "no"}, 400, "ServerException: another status than modelled")


def check_query(checks):
    suspend = "Action=SuspendProcesses&Version=2011-01-01&AutoScalingGroupName=g"
    done = f'<SuspendProcessesResponse xmlns="{GROUPS_NAMESPACE}"><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></SuspendProcessesResponse>'
    checks.equal("query: a conversation without a fault has no finding", form(f"{suspend}&ScalingProcesses.member.1=AZRebalance", done), [])
    for name, body, expected in (
        ("a misspelt member", f"{suspend}&Scaling.member.1=AZRebalance", "Scaling: unknown member"),
        ("an item without `member`", f"{suspend}&ScalingProcesses.1=AZRebalance", "ScalingProcesses: wrong type"),
        ("a list that begins at two", f"{suspend}&ScalingProcesses.member.2=AZRebalance", "ScalingProcesses: wrong type"),
    ):
        checks.equal(f"query request: {name}", form(body), [f"autoscaling SuspendProcesses request {expected}"])
    listed = "Action=DescribeAutoScalingGroups&Version=2011-01-01"
    checks.equal(
        "query request: text for a number", form(f"{listed}&MaxRecords=ten"), ["autoscaling DescribeAutoScalingGroups request MaxRecords: wrong type"]
    )
    group = (
        "<AutoScalingGroupName>g</AutoScalingGroupName><MinSize>1</MinSize><MaxSize>2</MaxSize><DesiredCapacity>1</DesiredCapacity>"
        "<DefaultCooldown>300</DefaultCooldown><AvailabilityZones><member>us-east-1a</member></AvailabilityZones>"
        "<HealthCheckType>EC2</HealthCheckType><CreatedTime>2026-01-01T00:00:00Z</CreatedTime>"
    )

    def groups(inside):
        return (
            f'<DescribeAutoScalingGroupsResponse xmlns="{GROUPS_NAMESPACE}"><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>{inside}</member>'
            "</AutoScalingGroups></DescribeAutoScalingGroupsResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
            "</DescribeAutoScalingGroupsResponse>"
        )

    checks.equal("query: an answer with types in it has no finding", form(listed, groups(group)), [])
    for name, inside, expected in (
        ("a misspelt element", group.replace("MinSize", "MinSze"), ["AutoScalingGroups[].MinSize: missing", "AutoScalingGroups[].MinSze: unknown member"]),
        ("a number that is none", group.replace("<MinSize>1", "<MinSize>one"), ["AutoScalingGroups[].MinSize: wrong type"]),
        ("a moment as a number", group.replace("2026-01-01T00:00:00Z", "1700000000"), ["AutoScalingGroups[].CreatedTime: wrong type"]),
    ):
        checks.equal(
            f"query answer: {name}", form(listed, groups(inside)), [f"autoscaling DescribeAutoScalingGroups answer {text}" for text in expected]
        )

    def refused(code):
        return f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>"

    checks.equal("query error: one the model has, by its code", form(suspend, refused("ResourceInUse"), 400), [])
    checks.equal(
        "query error: one the model has not",
        form(suspend, refused("ResourceInUseFault"), 400),
        ["autoscaling SuspendProcesses error code: not modelled for the operation"],
    )


def check_cbor(checks):
    alarm = {"AlarmName": "a", "StateValue": "OK", "StateUpdatedTimestamp": ("moment", 1700000000)}
    checks.equal("cbor: a conversation without a fault has no finding", alarms("DescribeAlarms", {"AlarmNames": ["a"]}, {"MetricAlarms": [alarm]}), [])
    checks.equal("cbor request: a misspelt member", alarms("DescribeAlarms", {"Alarms": ["a"]}), ["cloudwatch DescribeAlarms request Alarms: unknown member"])
    for name, change, expected in (
        ("a misspelt member", {"Name": "a"}, "MetricAlarms[].Name: unknown member"),
        ("a moment without its tag", {"StateUpdatedTimestamp": 1700000000}, "MetricAlarms[].StateUpdatedTimestamp: wrong type"),
        ("a value outside the enum", {"StateValue": "Ok"}, "MetricAlarms[].StateValue: not in the enum"),
    ):
        found = alarms("DescribeAlarms", {}, {"MetricAlarms": [{**alarm, **change}]})
        checks.equal(f"cbor answer: {name}", found, [f"cloudwatch DescribeAlarms answer {expected}"])


def check_rest(checks):
    body = {
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": "arn:aws:ecs:us-east-1:123456789012:cluster/demo", "RoleArn": "arn:aws:iam::123456789012:role/r"},
    }
    answer = {"ScheduleArn": "arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly"}
    checks.equal("rest-json: a conversation without a fault has no finding", schedule("POST", "/schedules/nightly", body, answer), [])
    checks.equal("rest-json: a member in the query has no finding", schedule("GET", "/schedules?ScheduleGroup=default&MaxResults=5", None, {"Schedules": []}), [])
    for name, found, expected in (
        ("a misspelt member", schedule("POST", "/schedules/nightly", {**body, "Stat": "ENABLED"}), "CreateSchedule request Stat: unknown member"),
        ("a member that is missing", schedule("POST", "/schedules/nightly", {key: body[key] for key in ("Target", "FlexibleTimeWindow")}), "CreateSchedule request ScheduleExpression: missing"),
        ("text for a number in the query", schedule("GET", "/schedules?MaxResults=many", None), "ListSchedules request MaxResults: wrong type"),
    ):
        checks.equal(f"rest-json request: {name}", found, [f"scheduler {expected}"])
    checks.equal(
        "rest-json answer: a misspelt member",
        schedule("POST", "/schedules/nightly", body, {**answer, "Arn": "x"}),
        ["scheduler CreateSchedule answer Arn: unknown member"],
    )
    checks.equal("rest-json: a path nobody has", schedule("POST", "/schedule/x", {}), ["scheduler None request operation: not in the model"])


def check_patterns(checks):
    checks.equal("the patterns that were picked are still the model's", patterns.stale(), [])
    fields = headers(X_Amz_Target="AmazonEC2ContainerRegistry_V20150921.DescribeImages", Content_Type="application/x-amz-json-1.1")
    found = heard("POST", "/", fields, b'{"repositoryName":"Team/Web"}')
    checks.equal("a pattern is matched against the whole value", found, ["ecr DescribeImages request repositoryName: does not match the pattern"])
    checks.hold("every service of the list has a model", all(models.service(name).operation_names for name in models.SERVICES))


class Canned(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/_sim/state":
            body = b"{}"
        elif self.headers["X-Amz-Target"].endswith("ListTasks"):
            # Hangs up without an answer.
            self.close_connection = True
            return
        else:
            body = b'{"services":[]}'
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("x-amzn-RequestId", "1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def check_proxy(checks):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Canned)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    spoils = {"request": (b'"services"', b'"servces"'), "answer": (b'"services"', b'"servces"')}
    try:
        endpoint = f"http://127.0.0.1:{server.server_address[1]}"

        def post(url, operation):
            sent = Request(url, b'{"services":["web"]}', {"X-Amz-Target": f"{ECS_TARGET}.{operation}", "Content-Type": "application/x-amz-json-1.1"})
            with urlopen(sent, timeout=10) as answer:
                return answer.read()

        with proxy.Proxy(endpoint) as between:
            checks.equal("the proxy hands an answer on as it is", post(between.url, "DescribeServices"), b'{"services":[]}')
            checks.equal("and finds nothing in it", between.findings(), [])
            checks.equal("it knows what was answered", between.answered(), {("ecs", "DescribeServices")})
            post(f"{between.url}/_sim/state", "DescribeServices")
            checks.equal("the simulator's controls pass without a record", len(between.calls), 1)
            try:
                post(between.url, "ListTasks")
                dropped = False
            except OSError:
                dropped = True
            checks.hold("it hangs up when the endpoint does", dropped)
            checks.hold("and says so", between.calls[-1].get("dropped"), between.calls[-1])
        with proxy.Proxy() as between:
            post(f"{between.url}/to/{server.server_address[1]}/", "DescribeServices")
            checks.equal("one proxy can stand before many endpoints", between.answered(), {("ecs", "DescribeServices")})
        for side, (good, bad) in spoils.items():
            with proxy.Proxy(endpoint, spoil=lambda where, body: body.replace(good, bad) if where == side else body) as between:
                post(between.url, "DescribeServices")
                keys = [finding["key"] for finding in between.findings()]
                checks.hold(f"a member broken on purpose in the {side} is found", f"ecs DescribeServices {side} servces: unknown member" in keys, keys)
    finally:
        server.shutdown()
        server.server_close()


def main():
    checks = Checks()
    for check in (check_json, check_errors, check_query, check_cbor, check_rest, check_patterns, check_proxy):
        check(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
