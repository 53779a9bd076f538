"""All 5 operations on objects by boto3, against the service at the URL given.

Prints how many operations were called; any wrong answer is an AssertionError. Run by tests/it/boto3.rs, or by hand:
    python boto3_data.py http://127.0.0.1:8474 ACCESS_KEY SECRET_KEY
"""

import hashlib
import io
import sys
from datetime import datetime, timezone

import boto3
from botocore.config import Config

url, access_key, secret_key = sys.argv[1:4]
settings = {
    "region_name": "us-west-2",
    "aws_access_key_id": access_key,
    "aws_secret_access_key": secret_key,
    "config": Config(retries={"max_attempts": 0}),
}
control = boto3.client("mediastore", endpoint_url=url, **settings)
control.create_container(ContainerName="live")
endpoint = control.describe_container(ContainerName="live")["Container"]["Endpoint"]
label = endpoint.removeprefix("http://").split(".")[0]
client = boto3.client("mediastore-data", endpoint_url=f"{url}/data/{label}", **settings)
called = set()
client.meta.events.register("before-call.mediastore-data", lambda model, **_: called.add(model.name))


def refused(error, call, **arguments):
    """Calls, and expects the modelled exception of that name."""
    try:
        call(**arguments)
    except client.exceptions.ClientError as caught:
        assert caught.response["Error"]["Code"] == error, caught
        assert isinstance(caught, getattr(client.exceptions, error)), type(caught)
        return caught.response
    raise AssertionError(f"{arguments} was not refused with {error}")


body = b"#EXTM3U\n" * 1000
put = client.put_object(
    Path="hls/720p/main.m3u8",
    Body=body,
    ContentType="application/vnd.apple.mpegurl",
    CacheControl="max-age=2",
    StorageClass="TEMPORAL",
)
assert put["ContentSHA256"] == hashlib.sha256(body).hexdigest(), put
assert put["StorageClass"] == "TEMPORAL", put

got = client.get_object(Path="/hls/720p/main.m3u8")
assert got["StatusCode"] == 200 and got["Body"].read() == body, got
assert got["ContentLength"] == len(body) and got["ETag"] == put["ETag"], got
assert got["ContentType"] == "application/vnd.apple.mpegurl" and got["CacheControl"] == "max-age=2", got
assert abs((datetime.now(timezone.utc) - got["LastModified"]).total_seconds()) < 600, got
part = client.get_object(Path="hls/720p/main.m3u8", Range="bytes=1-6")
assert part["StatusCode"] == 206 and part["Body"].read() == b"EXTM3U", part
assert part["ContentRange"] == f"bytes 1-6/{len(body)}", part
refused("RequestedRangeNotSatisfiableException", client.get_object, Path="hls/720p/main.m3u8", Range="bytes=9999-")

described = client.describe_object(Path="hls/720p/main.m3u8")
assert described["ContentLength"] == len(body) and described["ETag"] == put["ETag"], described


class Stream(io.RawIOBase):
    """A body of unknown length, which botocore sends in chunks."""

    def __init__(self, pieces):
        self.pieces = iter(pieces)

    def readable(self):
        return True

    def read(self, size=-1):
        return next(self.pieces, b"")


client.put_object(Path="cmaf/a=1:2.m4s", Body=Stream([b"x" * 70000, b"y" * 70000]), UploadAvailability="STREAMING")
assert client.get_object(Path="cmaf/a=1:2.m4s")["Body"].read() == b"x" * 70000 + b"y" * 70000

items = client.list_items()["Items"]
assert items == [{"Name": "cmaf", "Type": "FOLDER"}, {"Name": "hls", "Type": "FOLDER"}], items
(item,) = client.list_items(Path="hls/720p")["Items"]
assert item["Name"] == "main.m3u8" and item["Type"] == "OBJECT" and item["ContentLength"] == len(body), item
assert item["ETag"] == put["ETag"] and item["LastModified"].replace(microsecond=0) == got["LastModified"], item
for index in range(5):
    client.put_object(Path=f"page/{index}", Body=b"")
pages = client.get_paginator("list_items").paginate(Path="page", PaginationConfig={"PageSize": 2})
assert [item["Name"] for page in pages for item in page["Items"]] == ["0", "1", "2", "3", "4"]

missing = refused("ObjectNotFoundException", client.get_object, Path="none")
assert missing["ResponseMetadata"]["HTTPStatusCode"] == 404, missing
refused("ObjectNotFoundException", client.delete_object, Path="none")
# An answer to HEAD has no body to say what is wrong; botocore then takes the status for the code.
try:
    client.describe_object(Path="none")
    raise AssertionError("an object that is not there was described")
except client.exceptions.ClientError as caught:
    assert caught.response["Error"]["Code"] in ("404", "ObjectNotFoundException"), caught
# What does not fit is said, and not by a broken connection.
try:
    client.put_object(Path="large", Body=b"x" * (25 * 1024 * 1024 + 1))
    raise AssertionError("an object of more than 25 MB was put")
except client.exceptions.ClientError as caught:
    assert caught.response["Error"]["Code"] == "RequestEntityTooLargeException", caught

elsewhere = boto3.client("mediastore-data", endpoint_url=f"{url}/data/none", **settings)
try:
    elsewhere.list_items()
    raise AssertionError("a container that is not there was listed")
except elsewhere.exceptions.ContainerNotFoundException as caught:
    assert caught.response["ResponseMetadata"]["HTTPStatusCode"] == 404, caught.response

for path in ["hls/720p/main.m3u8", "cmaf/a=1:2.m4s"] + [f"page/{index}" for index in range(5)]:
    client.delete_object(Path=path)
assert client.list_items()["Items"] == []
control.delete_container(ContainerName="live")

missing = set(client.meta.service_model.operation_names) - called
assert not missing, missing
print(f"{len(called)} operations")
