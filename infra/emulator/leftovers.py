"""Looks at what the scenario left in the deployed stack, whose outputs are in E2E_* variables: every account was disconnected, so no tokens
may be left in the vault; and nothing may be among the dead letters. Work that is still under way is waited for.
"""

import os
import sys
import time

import boto3

PATIENCE_SECONDS = 120

vault = boto3.resource("dynamodb").Table(os.environ["E2E_VAULT_TABLE_NAME"])
sqs = boto3.client("sqs")
dead_letters = {name: url for name, url in os.environ.items() if name.startswith("E2E_") and name.endswith("_DEAD_LETTERS_URL")}


def tokens():
    items = vault.scan(ConsistentRead=True)["Items"]
    return [item["PK"] for item in items if item["SK"] == "TOKENS"]


def messages(url):
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"])


deadline = time.monotonic() + PATIENCE_SECONDS
while (left := tokens()) and time.monotonic() < deadline:
    time.sleep(1)
dead = {name: number for name, url in dead_letters.items() if (number := messages(url))}
if left or dead or not dead_letters:
    sys.exit(f"left in the vault: {left}; dead letters: {dead} of {len(dead_letters)} queues")
print(f"nothing is left in the vault, and nothing is among the dead letters of {len(dead_letters)} queues")
