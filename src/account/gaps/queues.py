"""SQS: a name is not free at once after its queue is gone."""

from __future__ import annotations

from .. import clock
from ..service import Call, Refusal
from ..state import state
from .rules import follows, refuses

RESERVED = 60
"""AWS's seconds before a name can be used again."""

# Before a queue answers as it was asked to, and before it is no longer told of.
clock.TIMES.update({"sqs.CreateQueue": 26, "sqs.DeleteQueue": RESERVED})


def _deleted(call: Call) -> dict[str, float]:
    """When which name was given up."""
    return state().of(call.account, call.region, "sqs", dict)


@follows("sqs", "DeleteQueue")
def given_up(call: Call) -> None:
    _deleted(call)[call.parameters["QueueUrl"].rsplit("/", 1)[-1]] = clock.now()


@refuses("sqs", "CreateQueue")
def deleted_recently(call: Call) -> None:
    since = _deleted(call).get(call.parameters.get("QueueName", ""))
    if since is not None and clock.now() < since + clock.scaled(RESERVED):
        raise Refusal(
            "QueueDeletedRecently",
            "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
        )
