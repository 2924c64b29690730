"""Drives the simulator with Tencent Cloud's own Python SDK.

    pip install tencentcloud-sdk-python-common tencentcloud-sdk-python-ccc
    outdial simulate --listen 127.0.0.1:9700
    python tests/sdk/tencent_sdk.py http://127.0.0.1:9700

Prints one line per step and ends with a non-zero status at the first step that fails. The SDK signs, sends and parses by
itself, so a pass says that the simulator speaks the real protocol, and speaks it well enough for the vendor's own client.
"""

import os
import sys
import time
from urllib.parse import urlsplit

# The SDK takes a proxy from the environment even for loopback addresses.
for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
    os.environ.pop(name, None)
    os.environ.pop(name.lower(), None)

from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

SDK_APP_ID = 1400000000
PATIENCE_SECONDS = 60


def client(url, secret_key="sim-tencent-secret", secret_id="AKIDsimtencent", method="POST"):
    http = HttpProfile(protocol="http", endpoint=urlsplit(url).netloc, reqMethod=method)
    return ccc_client.CccClient(credential.Credential(secret_id, secret_key), "", ClientProfile(httpProfile=http))


def request(kind, **fields):
    # Stay below 20 requests a second by ourselves: once it has seen an error, the SDK's own retryer raises it even
    # after a later attempt has succeeded.
    time.sleep(0.06)
    return filled_in(kind, **fields)


def filled_in(kind, **fields):
    filled = kind()
    for name, value in {"SdkAppId": SDK_APP_ID, **fields}.items():
        setattr(filled, name, value)
    return filled


def step(name, holds, seen=""):
    print(f"{'ok    ' if holds else 'FAILED'} {name}" + (f": {seen}" if seen != "" else ""), flush=True)
    if not holds:
        sys.exit(1)


def refused(name, expected, call):
    try:
        call()
    except TencentCloudSDKException as error:
        step(name, error.get_code() == expected, error.get_code())
    else:
        step(name, False, "was not refused")


def eventually(name, look, wanted):
    deadline = time.monotonic() + PATIENCE_SECONDS
    seen = look()
    while seen not in wanted and time.monotonic() < deadline:
        time.sleep(0.2)
        seen = look()
    step(name, seen in wanted, seen)


def main(url):
    ccc = client(url)
    marker = f"sdk-{time.time_ns()}"
    callees = [f"0086138{n:06d}00" for n in range(40)]

    created = ccc.CreateAutoCalloutTask(request(
        models.CreateAutoCalloutTaskRequest,
        NotBefore=int(time.time()) - 1, Callees=callees, Callers=["00862155550000"], IvrId=8, Name=marker,
        Description="回访", Tries=2, RetryInterval=600, TimeZone="Asia/Shanghai", ConcurrencyLimit=1, UUI=marker,
    ))
    step("create", created.TaskId > 0 and created.RequestId, created.TaskId)

    listed = ccc.DescribeAutoCalloutTasks(request(
        models.DescribeAutoCalloutTasksRequest, PageSize=100, PageNumber=0))
    found = [task for task in listed.Tasks if task.Name == marker]
    step("list", [task.TaskId for task in found] == [created.TaskId], f"{listed.TotalCount} in all")
    step("list counts the callees", found[0].CalleeCount == len(callees), found[0].CalleeCount)

    def describe(by=ccc):
        return by.DescribeAutoCalloutTask(request(models.DescribeAutoCalloutTaskRequest, TaskId=created.TaskId))

    def state():
        return describe().State

    step("describe", [callee.Callee for callee in describe().Callees] == callees, describe().Description)
    step("describe by GET", describe(client(url, method="GET")).Name == marker)
    eventually("running", state, {1})

    ccc.PauseAutoCalloutTask(request(models.PauseAutoCalloutTaskRequest, TaskId=created.TaskId))
    step("pause", state() == 5, state())
    refused("pause again", "UnsupportedOperation", lambda: ccc.PauseAutoCalloutTask(
        request(models.PauseAutoCalloutTaskRequest, TaskId=created.TaskId)))
    ccc.ResumeAutoCalloutTask(request(models.ResumeAutoCalloutTaskRequest, TaskId=created.TaskId))
    step("resume", state() == 1, state())

    ccc.StopAutoCalloutTask(request(models.StopAutoCalloutTaskRequest, TaskId=created.TaskId))
    step("stop", state() in {3, 4}, state())
    eventually("ended once the live call is over", state, {4})

    def records():
        now = int(time.time())
        return ccc.DescribeTelCdr(request(
            models.DescribeTelCdrRequest, StartTimeStamp=now - 3600, EndTimeStamp=now + 60, PageSize=100, PageNumber=0))

    ours = [record for record in records().TelCdrList if record.UUI == marker]
    step("call records", ours and all(record.EndStatusString == "ok" for record in ours), len(ours))

    numbers = ccc.DescribeNumbers(request(models.DescribeNumbersRequest))
    step("numbers", numbers.TotalCount > 0, numbers.TotalCount)
    agents = ccc.DescribeAIAgentInfoList(request(models.DescribeAIAgentInfoListRequest, PageSize=10, PageNumber=0))
    step("agents", agents.TotalCount > 0, agents.AIAgentInfoList[0].AIAgentName)

    refused("wrong key", "AuthFailure.SignatureFailure", lambda: describe(client(url, secret_key="wrong")))
    refused("unknown key", "AuthFailure.SecretIdNotFound", lambda: describe(client(url, secret_id="AKIDnobody")))
    refused("unknown task", "InvalidParameterValue", lambda: ccc.StopAutoCalloutTask(
        request(models.StopAutoCalloutTaskRequest, TaskId=999999)))

    def burst():
        for _ in range(100):
            ccc.DescribeNumbers(filled_in(models.DescribeNumbersRequest))

    refused("too many requests in a second", "RequestLimitExceeded", burst)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: tencent_sdk.py http://HOST:PORT")
    main(sys.argv[1])
