import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSubnetCommand, CreateVpcCommand } from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  type CreateClusterCommandInput,
  CreateNodegroupCommand,
  type CreateNodegroupCommandInput,
  DescribeAddonCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  DescribeUpdateCommand,
} from '@aws-sdk/client-eks';
import { AttachRolePolicyCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { freePort } from '../../src/local/ports.ts';
import { outcome, region, startAccount, type TestAccount, until } from './account.ts';

/** An account with what clusters are made of. */
export interface EksGround {
  readonly account: TestAccount;
  readonly vpc: string;
  /** One in each of two zones. */
  readonly subnets: readonly [string, string];
  /** ARNs. */
  readonly roles: { readonly cluster: string; readonly nodes: string; readonly pods: string };
  /** The addresses that clusters get, in order; the last one takes no connections until it is `open`ed. */
  readonly addresses: readonly string[];
  open(): Promise<void>;
  /** What CreateCluster needs at the least, and more. */
  cluster(name: string, more?: Partial<CreateClusterCommandInput>): CreateClusterCommandInput;
  /** Makes a cluster that takes access entries, and waits until it is ACTIVE. */
  makeCluster(name: string, more?: Partial<CreateClusterCommandInput>): Promise<void>;
  /** What CreateNodegroup needs at the least, and more. */
  nodes(cluster: string, name: string, more?: Partial<CreateNodegroupCommandInput>): CreateNodegroupCommandInput;
  makeNodes(cluster: string, name: string, more?: Partial<CreateNodegroupCommandInput>): Promise<void>;
  /** Makes a role that a service trusts, with these of AWS's policies; gives its ARN. */
  role(name: string, service: string, ...policies: readonly string[]): Promise<string>;
  end(): Promise<void>;
}

export interface EksOptions {
  readonly time?: number;
  readonly addresses?: number;
  readonly date?: string;
  /** Whether the account is told when a cluster can be asked, and does not try its address. */
  readonly told?: boolean;
}

/** Starts an account whose clusters can have so many addresses, and puts a network and roles into it. */
export async function startEks(options: EksOptions = {}): Promise<EksGround> {
  const { time = 0.001, addresses: count = 3, date = '2026-09-01', told = false } = options;
  const folder = await mkdtemp(join(tmpdir(), 'endpoints-'));
  const servers: Server[] = [];
  const listen = async (port: number) => {
    const server = createServer(socket => socket.destroy());
    servers.push(server);
    await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  };
  const taken = new Set<number>();
  for (let i = 0; i < count; i++) taken.add(await freePort(taken));
  const ports = [...taken];
  for (const port of ports.slice(0, -1)) await listen(port);
  const addresses = ports.map(port => `https://127.0.0.1:${port}`);
  const file = join(folder, 'endpoints.json');
  await writeFile(file, JSON.stringify({ authority: 'the authority', endpoints: addresses, told }));
  const account = await startAccount({ time, options: [`--endpoints=${file}`, `--date=${date}`] });
  const { vpc, subnets } = await network(account);
  const role = (name: string, service: string, ...policies: readonly string[]) =>
    makeRole(account, name, service, policies);
  const roles = {
    cluster: await role('cluster', 'eks.amazonaws.com', 'AmazonEKSClusterPolicy'),
    nodes: await role(
      'nodes',
      'ec2.amazonaws.com',
      'AmazonEKSWorkerNodePolicy',
      'AmazonEC2ContainerRegistryPullOnly',
      'AmazonEKS_CNI_Policy',
    ),
    pods: await role('pods', 'pods.eks.amazonaws.com'),
  };
  const ground: EksGround = {
    account,
    vpc,
    subnets,
    roles,
    addresses,
    role,
    open: () => listen(ports.at(-1) ?? 0),
    cluster: (name, more) => ({
      name,
      roleArn: roles.cluster,
      resourcesVpcConfig: { subnetIds: [...subnets] },
      accessConfig: { authenticationMode: 'API' },
      ...more,
    }),
    makeCluster: async (name, more) => {
      await account.aws.eks.send(new CreateClusterCommand(ground.cluster(name, more)));
      await clusterIs(ground, name, 'ACTIVE');
    },
    nodes: (clusterName, nodegroupName, more) => ({
      clusterName,
      nodegroupName,
      nodeRole: roles.nodes,
      subnets: [...subnets],
      ...more,
    }),
    makeNodes: async (clusterName, nodegroupName, more) => {
      await account.aws.eks.send(new CreateNodegroupCommand(ground.nodes(clusterName, nodegroupName, more)));
      await nodesAre(ground, clusterName, nodegroupName, 'ACTIVE');
    },
    end: async () => {
      await account.end();
      for (const server of servers) server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return ground;
}

/** Lets time go ten times slower while something begins that is to be seen before it ends. */
export async function slowly<T>({ account }: EksGround, begin: () => Promise<T>): Promise<T> {
  const { time } = await account.control.clock();
  await account.control.putClock({ time: time * 10 });
  try {
    return await begin();
  } finally {
    await account.control.putClock({ time });
  }
}

/** Waits until a cluster is in a state; `gone` when there is none. Throws if that never happens. */
export async function clusterIs({ account }: EksGround, name: string, wanted: string): Promise<void> {
  await becomes(wanted, async () => {
    const { cluster } = await account.aws.eks.send(new DescribeClusterCommand({ name }));
    return cluster?.status;
  });
}

/** Waits until a node group is in a state. */
export async function nodesAre({ account }: EksGround, clusterName: string, nodegroupName: string, wanted: string) {
  await becomes(wanted, async () => {
    const { nodegroup } = await account.aws.eks.send(new DescribeNodegroupCommand({ clusterName, nodegroupName }));
    return nodegroup?.status;
  });
}

/** Waits until an add-on is in a state. */
export async function addonIs({ account }: EksGround, clusterName: string, addonName: string, wanted: string) {
  await becomes(wanted, async () => {
    const { addon } = await account.aws.eks.send(new DescribeAddonCommand({ clusterName, addonName }));
    return addon?.status;
  });
}

/** Waits until an update has ended in some way. */
export async function updateEnds(
  { account }: EksGround,
  name: string,
  updateId: string | undefined,
  of: { readonly nodegroupName?: string; readonly addonName?: string } = {},
) {
  const ask = async () => (await account.aws.eks.send(new DescribeUpdateCommand({ name, updateId, ...of }))).update;
  return until(ask, update => update?.status !== 'InProgress');
}

async function becomes(wanted: string, ask: () => Promise<string | undefined>): Promise<void> {
  const state = async () => {
    let status: string | undefined;
    const how = await outcome(async () => {
      status = await ask();
    });
    return how.startsWith('ResourceNotFoundException') ? 'gone' : (status ?? how);
  };
  const last = await until(state, status => status === wanted);
  if (last !== wanted) throw new Error(`it is ${last}, and was to be ${wanted}`);
}

async function network(account: TestAccount) {
  const { ec2 } = account.aws;
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const subnet = async (zone: string, CidrBlock: string) => {
    const at = { VpcId: Vpc?.VpcId, AvailabilityZone: `${region}${zone}`, CidrBlock };
    return (await ec2.send(new CreateSubnetCommand(at))).Subnet?.SubnetId ?? '';
  };
  const subnets = [await subnet('a', '10.0.0.0/22'), await subnet('b', '10.0.4.0/22')] as const;
  return { vpc: Vpc?.VpcId ?? '', subnets };
}

/** A trust policy for a service of AWS. */
export function trust(service: string, Condition?: object): string {
  const Action = service.startsWith('pods.') ? ['sts:AssumeRole', 'sts:TagSession'] : 'sts:AssumeRole';
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action, ...(Condition && { Condition }) };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

async function makeRole({ aws }: TestAccount, name: string, service: string, policies: readonly string[]) {
  const asked = { RoleName: name, AssumeRolePolicyDocument: trust(service) };
  const { Role } = await aws.iam.send(new CreateRoleCommand(asked));
  for (const policy of policies) {
    const PolicyArn = `arn:aws:iam::aws:policy/${policy}`;
    await aws.iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
  }
  return Role?.Arn ?? '';
}

/** A name that nothing else has. */
export function unique(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}
