"""What moto answers otherwise than AWS: a file for each service, each made of rules (see rules.py)."""

from . import ec2_instances, ec2_network, iam, images, others, queues, rds, rds_groups, rds_restore, sts

__all__ = [
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
