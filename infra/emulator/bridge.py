"""Makes up for what MiniStack 1.5.33 leaves out of a deployed template, and prints the stack's outputs
as shell variables: TableName as E2E_TABLE_NAME.

Usage: bridge.py <stack> <mail from> <address of the API>, with AWS_ENDPOINT_URL set.
"""

import json
import os
import re
import sys

import boto3
from samtranslator.yaml_helper import yaml_parse

stack, mail_from, api_url = sys.argv[1:]
endpoint = os.environ["AWS_ENDPOINT_URL"]
with open("template.yaml") as file:
    resources = yaml_parse(file)["Resources"]

cloudformation = boto3.client("cloudformation")
outputs = {o["OutputKey"]: o["OutputValue"] for o in cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]}
deployed = {
    resource["LogicalResourceId"]: resource["PhysicalResourceId"]
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    for resource in page["StackResourceSummaries"]
}
lambdas = boto3.client("lambda")

# It ignores the OpenAPI body in which SAM puts the routes of an HTTP API.
gateway = boto3.client("apigatewayv2")
there = {route["RouteKey"] for route in gateway.get_routes(ApiId=outputs["ApiId"], MaxResults="500")["Items"]}
for name, resource in resources.items():
    events = resource.get("Properties", {}).get("Events", {}).values()
    routes = {f"{e['Properties']['Method']} {e['Properties']['Path']}" for e in events if e["Type"] == "HttpApi"} - there
    if not routes:
        continue
    integration = gateway.create_integration(
        ApiId=outputs["ApiId"],
        IntegrationType="AWS_PROXY",
        IntegrationUri=lambdas.get_function_configuration(FunctionName=deployed[name])["FunctionArn"],
        PayloadFormatVersion="2.0",
    )
    for route in routes:
        gateway.create_route(ApiId=outputs["ApiId"], RouteKey=route, Target=f"integrations/{integration['IntegrationId']}")

# It ignores where a function's dead letters go.
for name, resource in resources.items():
    target = resource.get("Properties", {}).get("DeadLetterQueue", {}).get("TargetArn")
    if target:
        queue = deployed[target["Fn::GetAtt"][0]]
        arn = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        lambdas.update_function_configuration(FunctionName=deployed[name], DeadLetterConfig={"TargetArn": arn})

# The API is not where AWS serves it, and mails carry the address.
secrets = boto3.client("secretsmanager")
secret = json.loads(secrets.get_secret_value(SecretId=deployed["DeploymentSecret"])["SecretString"])
secrets.put_secret_value(SecretId=deployed["DeploymentSecret"], SecretString=json.dumps(secret | {"base_url": api_url}))

# It refuses unverified senders, as SES does.
boto3.client("ses").verify_email_identity(EmailAddress=mail_from)

outputs |= {"ApiUrl": api_url, "ApiBehindFrontUrl": f"{endpoint}/_aws/execute-api/{outputs['ApiId']}/$default"}
for key, value in outputs.items():
    print(f"export E2E_{re.sub('(?<!^)(?=[A-Z])', '_', key).upper()}='{value}'")
