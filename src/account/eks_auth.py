"""EKS Auth: the credentials of the role that a pod's service account is associated with."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from moto.sts.models import AssumedRole, sts_backends

from . import required
from .eks import surroundings
from .eks.lifecycle import advance
from .eks.pod_identity import SERVICE, association_of
from .eks.store import Cluster, Store, store_of
from .service import Call, Refusal

DURATION = 6 * 3600
"""Seconds that the credentials hold."""
LONGEST_NAME = 64
SERVICE_ACCOUNT = "system:serviceaccount:"


@dataclass(frozen=True)
class Pod:
    """Whom a service-account token speaks for."""

    namespace: str
    service_account: str
    name: str
    uid: str


class EksAuth:
    """Answers EKS Auth's one action."""

    name = "eks-auth"
    late: frozenset[str] = frozenset()

    def answer(self, call: Call) -> dict[str, Any]:
        """Hands out credentials. Raises Refusal."""
        required.check(call, "InvalidParameterException")
        store = store_of(call.account, call.region)
        advance(store)
        cluster = store.clusters.get(call.parameters["clusterName"])
        if not cluster or cluster.status not in ("ACTIVE", "UPDATING"):
            raise Refusal(
                "ResourceNotFoundException", f"No cluster found for name: {call.parameters['clusterName']}.", 404
            )
        pod = read(call.parameters["token"])
        association = association_of(cluster, pod.namespace, pod.service_account)
        if not association:
            raise Refusal(
                "ResourceNotFoundException",
                f"No association found for service account {pod.service_account} in namespace {pod.namespace}",
                404,
            )
        session = _assume(store, cluster, pod, association)
        return {
            "subject": {"namespace": pod.namespace, "serviceAccount": pod.service_account},
            "audience": SERVICE,
            "podIdentityAssociation": {name: association[name] for name in ("associationArn", "associationId")},
            "assumedRoleUser": {"arn": session.arn, "assumeRoleId": session.user_id},
            "credentials": {
                "accessKeyId": session.access_key_id,
                "secretAccessKey": session.secret_access_key,
                "sessionToken": session.session_token,
                "expiration": session.expiration.replace(tzinfo=timezone.utc),
            },
        }


def read(token: str) -> Pod:
    """Whom a token speaks for. Its signature is the cluster's, which the account does not know. Raises Refusal."""
    try:
        _, middle, _ = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        subject, audience, ends = claims["sub"], claims["aud"], float(claims["exp"])
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise _bad_token("The token is malformed: it needs the claims sub, aud and exp") from error
    if SERVICE not in (audience if isinstance(audience, list) else [audience]):
        raise _bad_token(f"The token's audience must be {SERVICE}")
    parts = str(subject).removeprefix(SERVICE_ACCOUNT).split(":")
    if not str(subject).startswith(SERVICE_ACCOUNT) or len(parts) != 2 or not all(parts):
        raise _bad_token(f"The token's subject is no service account: {subject}")
    now = datetime.now(timezone.utc)
    if now.timestamp() >= ends:
        raise Refusal(
            "ExpiredTokenException",
            f"The token included in the request is expired: current date/time {_moment(now)} must be before the "
            f"expiration date/time {_moment(datetime.fromtimestamp(ends, timezone.utc))}",
        )
    pod = (claims.get("kubernetes.io") or {}).get("pod") or {}
    return Pod(parts[0], parts[1], pod.get("name", parts[1]), pod.get("uid", ""))


def _assume(store: Store, cluster: Cluster, pod: Pod, association: dict[str, Any]) -> AssumedRole:
    """A session of the associated role, or of the role that this one takes on in turn."""
    tags = {} if association["disableSessionTags"] else _tags(cluster, pod)
    role = surroundings.role_of(association["roleArn"])
    context = {f"aws:RequestTag/{name}": value for name, value in tags.items()}
    actions = ("sts:AssumeRole", "sts:TagSession") if tags else ("sts:AssumeRole",)
    if not role or not surroundings.trusts(role, SERVICE, *actions, context=context):
        raise Refusal(
            "AccessDeniedException",
            "Unauthorized Exception! EKS does not have permissions to assume the associated role.",
        )
    target = association.get("targetRoleArn")
    if target:
        context = {"sts:ExternalId": association["externalId"], "aws:PrincipalArn": role.arn}
        chained = surroundings.role_of(target)
        if not chained or not surroundings.trusts_role(chained, role, context=context):
            raise Refusal(
                "AccessDeniedException",
                "Unauthorized Exception! EKS does not have permissions to assume the target role.",
            )
    session = sts_backends[store.account]["aws"].assume_role(
        region_name=store.region,
        role_session_name=_session_name(cluster.name, pod.name),
        role_arn=target or role.arn,
        policy=association.get("policy", ""),
        duration=DURATION,
        external_id=association.get("externalId", ""),
    )
    # moto keeps none; whoever judges the session's calls looks for them here.
    vars(session)["tags"] = tags
    return session


def _tags(cluster: Cluster, pod: Pod) -> dict[str, str]:
    """The session tags that EKS Pod Identity sets (EKS user guide, "List of session tags")."""
    return {
        "eks-cluster-arn": cluster.about["arn"],
        "eks-cluster-name": cluster.name,
        "kubernetes-namespace": pod.namespace,
        "kubernetes-service-account": pod.service_account,
        "kubernetes-pod-name": pod.name,
        "kubernetes-pod-uid": pod.uid,
    }


def _session_name(cluster: str, pod: str) -> str:
    """`eks-CLUSTER-POD-UUID`, each name as short as it must be for the whole to be a session's."""
    unique = str(uuid4())
    room = LONGEST_NAME - len(f"eks---{unique}")
    return f"eks-{cluster[: room // 2]}-{pod[: room - room // 2]}-{unique}"


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _bad_token(why: str) -> Refusal:
    return Refusal("InvalidTokenException", why)
