"""All 21 control operations of MediaStore by boto3, against the service at the URL given.

Prints how many operations were called; any wrong answer is an AssertionError. Run by tests/it/boto3.rs, or by hand:
    python boto3_control.py http://127.0.0.1:8474 ACCESS_KEY SECRET_KEY
"""

import json
import sys

import boto3
from botocore.config import Config

client = boto3.client(
    "mediastore",
    endpoint_url=sys.argv[1],
    region_name="eu-west-1",
    aws_access_key_id=sys.argv[2],
    aws_secret_access_key=sys.argv[3],
    config=Config(retries={"max_attempts": 0}),
)
called = set()
client.meta.events.register("before-call.mediastore", lambda model, **_: called.add(model.name))

NAME = "Live-1_a"
ARN = f"arn:aws:mediastore:eu-west-1:000000000000:container/{NAME}"


def refused(error, call, **arguments):
    """Calls, and expects the modelled exception of that name."""
    try:
        call(**arguments)
    except client.exceptions.ClientError as caught:
        assert caught.response["Error"]["Code"] == error, caught
        assert isinstance(caught, getattr(client.exceptions, error)), type(caught)
        assert caught.response["Error"]["Message"], caught.response
        assert caught.response["ResponseMetadata"]["RequestId"], caught.response
    else:
        raise AssertionError(f"{arguments} was not refused with {error}")


created = client.create_container(ContainerName=NAME, Tags=[{"Key": "env", "Value": "test"}])["Container"]
assert created["Status"] == "CREATING" and "Endpoint" not in created and created["ARN"] == ARN, created
assert created["CreationTime"].year > 2000, created
refused("ContainerInUseException", client.create_container, ContainerName=NAME)

container = client.describe_container(ContainerName=NAME)["Container"]
assert container["Status"] == "ACTIVE" and container["Endpoint"].startswith("http://"), container
assert client.list_containers(MaxResults=10)["Containers"] == [container]

default = json.loads(client.get_container_policy(ContainerName=NAME)["Policy"])
assert default["Statement"][0]["Sid"] == "MediaStoreFullAccess", default
policy = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "PublicReadOverHttps",
                "Effect": "Allow",
                "Principal": "*",
                "Action": ["mediastore:GetObject", "mediastore:DescribeObject"],
                "Resource": f"{ARN}/*",
                "Condition": {"Bool": {"aws:SecureTransport": "true"}},
            }
        ],
    },
    indent=2,
)
client.put_container_policy(ContainerName=NAME, Policy=policy)
assert client.get_container_policy(ContainerName=NAME)["Policy"] == policy
client.delete_container_policy(ContainerName=NAME)
assert json.loads(client.get_container_policy(ContainerName=NAME)["Policy"]) == default

cors = [
    {
        "AllowedOrigins": ["https://www.example.com"],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["*"],
        "MaxAgeSeconds": 3000,
        "ExposeHeaders": ["ETag"],
    },
    {"AllowedOrigins": ["*"], "AllowedHeaders": []},
]
refused("CorsPolicyNotFoundException", client.get_cors_policy, ContainerName=NAME)
client.put_cors_policy(ContainerName=NAME, CorsPolicy=cors)
assert client.get_cors_policy(ContainerName=NAME)["CorsPolicy"] == cors
client.delete_cors_policy(ContainerName=NAME)
refused("CorsPolicyNotFoundException", client.delete_cors_policy, ContainerName=NAME)

lifecycle = json.dumps(
    {
        "rules": [
            {
                "definition": {"path": [{"wildcard": "*.ts"}], "seconds_since_create": [{"numeric": [">", 15]}]},
                "action": "EXPIRE",
            }
        ]
    }
)
refused("PolicyNotFoundException", client.get_lifecycle_policy, ContainerName=NAME)
client.put_lifecycle_policy(ContainerName=NAME, LifecyclePolicy=lifecycle)
assert client.get_lifecycle_policy(ContainerName=NAME)["LifecyclePolicy"] == lifecycle
client.delete_lifecycle_policy(ContainerName=NAME)
refused("PolicyNotFoundException", client.delete_lifecycle_policy, ContainerName=NAME)

metrics = {
    "ContainerLevelMetrics": "ENABLED",
    "MetricPolicyRules": [{"ObjectGroup": "baseball/saturday", "ObjectGroupName": "baseballGroup"}],
}
refused("PolicyNotFoundException", client.get_metric_policy, ContainerName=NAME)
client.put_metric_policy(ContainerName=NAME, MetricPolicy=metrics)
assert client.get_metric_policy(ContainerName=NAME)["MetricPolicy"] == metrics
client.delete_metric_policy(ContainerName=NAME)
refused("PolicyNotFoundException", client.delete_metric_policy, ContainerName=NAME)

client.start_access_logging(ContainerName=NAME)
assert client.describe_container(ContainerName=NAME)["Container"]["AccessLoggingEnabled"] is True
client.stop_access_logging(ContainerName=NAME)
assert client.describe_container(ContainerName=NAME)["Container"]["AccessLoggingEnabled"] is False

client.tag_resource(Resource=ARN, Tags=[{"Key": "team", "Value": "vidéo"}, {"Key": "bare"}])
client.untag_resource(Resource=ARN, TagKeys=["env"])
tags = client.list_tags_for_resource(Resource=ARN)["Tags"]
assert tags == [{"Key": "bare", "Value": ""}, {"Key": "team", "Value": "vidéo"}], tags

for index in range(5):
    client.create_container(ContainerName=f"page{index}")
pages = client.get_paginator("list_containers").paginate(PaginationConfig={"PageSize": 2})
names = [container["Name"] for page in pages for container in page["Containers"]]
assert names == [NAME] + [f"page{index}" for index in range(5)], names

client.delete_container(ContainerName=NAME)
refused("ContainerNotFoundException", client.describe_container, ContainerName=NAME)

missing = set(client.meta.service_model.operation_names) - called
assert not missing, missing
print(f"{len(called)} operations")
