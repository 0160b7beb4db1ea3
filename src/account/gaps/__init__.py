"""What moto answers otherwise than AWS: a file for each service, each made of rules (see rules.py)."""

from . import sts

__all__ = ["sts"]
