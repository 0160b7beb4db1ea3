"""How long EKS takes, in AWS's seconds, as measured on AWS and as Terraform's users report."""

from __future__ import annotations

from .. import clock

BOOT = "eks.Instance"
"""From the launch of a node group's instance until it runs."""
NODE = "eks.UpdateNodegroupVersion"
"""The replacement of one node by another: boot, drain, end."""

clock.TIMES.update(
    {
        "eks.CreateCluster": 540,
        "eks.DeleteCluster": 180,
        "eks.UpdateClusterVersion": 600,
        "eks.AssociateEncryptionConfig": 600,
        "eks.AccessConfigUpdate": 60,
        "eks.AutoModeUpdate": 60,
        "eks.ControlPlaneScalingConfigUpdate": 600,
        "eks.DeletionProtectionUpdate": 30,
        "eks.EndpointAccessUpdate": 180,
        "eks.LoggingUpdate": 120,
        "eks.RemoteNetworkConfigUpdate": 60,
        "eks.UpgradePolicyUpdate": 30,
        "eks.VpcConfigUpdate": 180,
        "eks.ZonalShiftConfigUpdate": 30,
        "eks.CreateNodegroup": 150,
        "eks.DeleteNodegroup": 240,
        "eks.UpdateNodegroupConfig": 30,
        NODE: 200,
        BOOT: 40,
        "eks.CreateAddon": 30,
        "eks.UpdateAddon": 60,
        "eks.DeleteAddon": 15,
    }
)
