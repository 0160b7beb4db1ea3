"""Single refusals of EventBridge, Route 53, ECR and Secrets Manager."""

from __future__ import annotations

from moto.ecr.models import ecr_backends
from moto.events.models import events_backends
from moto.route53.models import route53_backends
from moto.secretsmanager.models import secretsmanager_backends

from ..clock import TIMES
from ..service import Call, Refusal
from .rules import refuses

TIMES.update({"route53.CreateHostedZone": 35, "route53.ChangeResourceRecordSets": 35})


@refuses("events", "DeleteRule")
def rule_has_targets(call: Call) -> None:
    bus = events_backends[call.account][call.region].event_buses.get(call.parameters.get("EventBusName") or "default")
    rule = bus.rules.get(call.parameters.get("Name")) if bus else None
    if rule and rule.targets:
        raise Refusal("ValidationException", "Rule can't be deleted since it has targets.")


@refuses("route53", "DeleteHostedZone")
def zone_has_records(call: Call) -> None:
    zone = route53_backends[call.account]["aws"].zones.get(str(call.parameters.get("Id", "")).rsplit("/", 1)[-1])
    own = (zone.name, zone.name.rstrip(".")) if zone else ()
    if zone and any(one.type not in ("NS", "SOA") or one.name not in own for one in zone.rrsets):
        raise Refusal(
            "HostedZoneNotEmpty",
            "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
        )


@refuses("ecr", "DeleteRepository")
def repository_has_images(call: Call) -> None:
    name = call.parameters.get("repositoryName")
    repository = ecr_backends[call.account][call.region].repositories.get(str(name))
    if repository and repository.images and not call.parameters.get("force"):
        raise Refusal(
            "RepositoryNotEmptyException",
            f"The repository with name '{name}' in registry with id '{call.account}' "
            "cannot be deleted because it still contains images",
        )


@refuses("secretsmanager", "CreateSecret")
def name_is_going(call: Call) -> None:
    secret = secretsmanager_backends[call.account][call.region].secrets.get(call.parameters.get("Name", ""))
    if secret is not None and secret.is_deleted():
        raise Refusal(
            "InvalidRequestException",
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
        )
