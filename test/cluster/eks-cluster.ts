import { CreateSubnetCommand, CreateVpcCommand, DeleteSubnetCommand, DeleteVpcCommand } from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  waitUntilClusterActive,
  waitUntilClusterDeleted,
} from '@aws-sdk/client-eks';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { aws } from './cluster.ts';

const PolicyArn = 'arn:aws:iam::aws:policy/AmazonEKSClusterPolicy';
const trust = { Effect: 'Allow', Principal: { Service: 'eks.amazonaws.com' }, Action: 'sts:AssumeRole' };

/** Makes an EKS cluster by AWS's API, without nodes, and waits until it is ACTIVE. Gives what removes it. */
export async function makeCluster(name: string): Promise<() => Promise<void>> {
  const { ec2, eks, iam } = aws();
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const subnetIds: string[] = [];
  for (const [zone, CidrBlock] of [
    ['a', '10.0.0.0/22'],
    ['b', '10.0.4.0/22'],
  ]) {
    const asked = { VpcId: Vpc?.VpcId, AvailabilityZone: `af-south-1${zone}`, CidrBlock };
    subnetIds.push((await ec2.send(new CreateSubnetCommand(asked))).Subnet?.SubnetId ?? '');
  }
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
  await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
  const accessConfig = { authenticationMode: 'API' } as const;
  const resourcesVpcConfig = { subnetIds };
  await eks.send(new CreateClusterCommand({ name, roleArn: Role?.Arn, accessConfig, resourcesVpcConfig }));
  const patience = { client: eks, minDelay: 1, maxDelay: 1, maxWaitTime: 120 };
  await waitUntilClusterActive(patience, { name });
  return async () => {
    await eks.send(new DeleteClusterCommand({ name }));
    await waitUntilClusterDeleted(patience, { name });
    await iam.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn }));
    await iam.send(new DeleteRoleCommand({ RoleName: name }));
    for (const SubnetId of subnetIds) await ec2.send(new DeleteSubnetCommand({ SubnetId }));
    await ec2.send(new DeleteVpcCommand({ VpcId: Vpc?.VpcId }));
  };
}
