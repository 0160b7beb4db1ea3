"""What moto answers otherwise than AWS: a file for each service, each made of rules (see rules.py)."""

from . import (
    clusters,
    ec2_instances,
    ec2_network,
    iam,
    images,
    others,
    queues,
    rds,
    rds_groups,
    rds_restore,
    sts,
)

__all__ = [
    "clusters",
    "ec2_instances",
    "ec2_network",
    "iam",
    "images",
    "others",
    "queues",
    "rds",
    "rds_groups",
    "rds_restore",
    "sts",
]
