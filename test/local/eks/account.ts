import { AwsRefusal, type Clients } from '../../../src/local/eks/clients.ts';

/** What a fake is asked: the input of a command, as far as the tests read it. */
type Input = Readonly<Record<string, unknown>>;

export interface FakeInstance {
  InstanceId: string;
  InstanceType: string;
  SubnetId: string;
  VpcId: string;
  PrivateDnsName: string;
  State: { Name: string };
  Placement: { AvailabilityZone: string };
  IamInstanceProfile?: { Arn: string };
  Tags: { Key: string; Value: string }[];
}

export const zones = ['af-south-1a', 'af-south-1b'] as const;
const types = [
  ['t4g.medium', 'arm64', 2, 4],
  ['t3.medium', 'x86_64', 2, 4],
  ['r6g.large', 'arm64', 2, 16],
] as const;
const nodeRole = 'arn:aws:iam::123456789012:role/nodes';

/** An AWS account in memory, as the SDK's clients see it: as much as what acts in a cluster asks for. */
export class FakeAccount {
  readonly calls: string[] = [];
  /** What is refused, by the name of the action: AWS's code. */
  readonly refused = new Map<string, string>();
  instances: FakeInstance[] = [
    {
      InstanceId: 'i-initial',
      InstanceType: 't3.medium',
      SubnetId: 'subnet-1',
      VpcId: 'vpc-1',
      PrivateDnsName: 'ip-initial',
      State: { Name: 'running' },
      Placement: { AvailabilityZone: zones[0] },
      Tags: [
        { Key: 'eks:cluster-name', Value: 'c' },
        { Key: 'eks:nodegroup-name', Value: 'ng' },
      ],
    },
  ];
  addons = ['vpc-cni', 'eks-pod-identity-agent'];
  gateway: string | undefined = 'igw-1';
  entry: { type: string } | undefined = { type: 'EC2_LINUX' };
  profile: { InstanceProfileName: string; Roles: { RoleName: string; Arn: string }[] } | undefined;
  balancers: Input[] = [];
  groups: { GroupId: string; GroupName: string }[] = [{ GroupId: 'sg-1', GroupName: 'nodes' }];
  hostedZones = [{ Id: '/hostedzone/Z1', Name: 'tekanya.services.' }];
  records: { Name: string; Type: string }[] = [];
  /** What instances are when they are launched and when they are terminated. */
  launched = 'running';

  readonly clients: Clients;

  constructor() {
    const send = (command: { constructor: { name: string }; input: Input }) => this.#answer(command);
    const client = { send } as unknown;
    const names = ['ec2', 'eks', 'elb', 'iam', 'route53', 'ssm', 'sts'] as const;
    this.clients = Object.fromEntries(names.map(name => [name, client])) as unknown as Clients;
  }

  async #answer(command: { constructor: { name: string }; input: Input }): Promise<unknown> {
    const action = command.constructor.name.replace(/Command$/, '');
    if (!/^(?:Describe|List|Get)/.test(action)) this.calls.push(action);
    const code = this.refused.get(action);
    if (code !== undefined) throw new AwsRefusal(code, `you are not authorized to perform: ${action}`);
    const answer = this.#answers[action];
    if (!answer) throw new Error(`the fake account does not know ${action}`);
    return answer(command.input);
  }

  readonly #answers: Readonly<Record<string, (input: Input) => unknown>> = {
    DescribeInstances: ({ Filters }) => ({
      Reservations: [{ Instances: this.instances.filter(one => meets(one, Filters)) }],
    }),
    DescribeInstanceTypes: ({ InstanceTypes }) => ({
      InstanceTypes: types
        .filter(([name]) => (InstanceTypes as readonly string[]).includes(name))
        .map(([InstanceType, architecture, cpus, gib]) => ({
          InstanceType,
          ProcessorInfo: { SupportedArchitectures: [architecture] },
          VCpuInfo: { DefaultVCpus: cpus },
          MemoryInfo: { SizeInMiB: gib * 1024 },
        })),
    }),
    DescribeInstanceTypeOfferings: () => ({
      InstanceTypeOfferings: types.flatMap(([InstanceType]) => zones.map(Location => ({ InstanceType, Location }))),
    }),
    DescribeRouteTables: () => ({
      RouteTables: [
        {
          Associations: [{ Main: true }],
          Routes: this.gateway === undefined ? [] : [{ DestinationCidrBlock: '0.0.0.0/0', GatewayId: this.gateway }],
        },
      ],
    }),
    DescribeSubnets: () => ({
      Subnets: zones.map((AvailabilityZone, i) => ({ SubnetId: `subnet-${i + 1}`, AvailabilityZone, VpcId: 'vpc-1' })),
    }),
    DescribeSecurityGroups: ({ Filters }) => {
      const [{ Name = '', Values = [] } = {}] = Filters as { Name?: string; Values?: string[] }[];
      const is = Name === 'group-name' ? 'GroupName' : 'GroupId';
      return { SecurityGroups: this.groups.filter(one => Values.includes(one[is])) };
    },
    CreateSecurityGroup: ({ GroupName }) => {
      this.groups.push({ GroupId: `sg-${GroupName}`, GroupName: String(GroupName) });
      return { GroupId: `sg-${GroupName}` };
    },
    AuthorizeSecurityGroupIngress: () => ({}),
    DeleteSecurityGroup: ({ GroupId }) => {
      this.groups = this.groups.filter(one => one.GroupId !== GroupId);
      return {};
    },
    RunInstances: input => {
      const { InstanceType, SubnetId, IamInstanceProfile, TagSpecifications } = input;
      const id = `i-${this.instances.length}`;
      const [specification] = TagSpecifications as { Tags: FakeInstance['Tags'] }[];
      const instance: FakeInstance = {
        InstanceId: id,
        InstanceType: String(InstanceType),
        SubnetId: String(SubnetId),
        VpcId: 'vpc-1',
        PrivateDnsName: `ip-${id}`,
        State: { Name: this.launched },
        Placement: { AvailabilityZone: zones[Number(String(SubnetId).at(-1)) - 1] ?? '' },
        IamInstanceProfile: { Arn: `arn:aws:iam::1:instance-profile/${(IamInstanceProfile as { Name: string }).Name}` },
        Tags: specification?.Tags ?? [],
      };
      this.instances.push(instance);
      return { Instances: [instance] };
    },
    TerminateInstances: ({ InstanceIds }) => {
      this.instances = this.instances.filter(one => !(InstanceIds as string[]).includes(one.InstanceId));
      return {};
    },
    ListAddons: () => ({ addons: this.addons }),
    DescribeNodegroup: () => ({ nodegroup: { labels: { pool: 'initial' }, capacityType: 'ON_DEMAND' } }),
    DescribeCluster: () => ({
      cluster: { version: '1.31', resourcesVpcConfig: { vpcId: 'vpc-1', subnetIds: ['subnet-1', 'subnet-2'] } },
    }),
    DescribeAccessEntry: () => ({ accessEntry: this.entry ?? gone() }),
    GetParameter: ({ Name }) => ({ Parameter: { Value: `ami-${String(Name).split('/')[6]}` } }),
    GetInstanceProfile: () => ({ InstanceProfile: this.profile ?? gone() }),
    CreateInstanceProfile: ({ InstanceProfileName }) => {
      this.profile = { InstanceProfileName: String(InstanceProfileName), Roles: [] };
      return {};
    },
    AddRoleToInstanceProfile: ({ RoleName }) => {
      this.profile?.Roles.push({ RoleName: String(RoleName), Arn: nodeRole });
      return {};
    },
    RemoveRoleFromInstanceProfile: () => {
      this.profile?.Roles.splice(0);
      return {};
    },
    DeleteInstanceProfile: () => {
      this.profile = undefined;
      return {};
    },
    DescribeLoadBalancers: ({ LoadBalancerNames }) => {
      const found = this.balancers.filter(one =>
        (LoadBalancerNames as string[]).includes(String(one.LoadBalancerName)),
      );
      return { LoadBalancerDescriptions: found.length > 0 ? found : gone('AccessPointNotFoundException') };
    },
    CreateLoadBalancer: input => {
      this.balancers.push({ ...input, DNSName: 'lb-1.af-south-1.elb.amazonaws.com' });
      return {};
    },
    DeleteLoadBalancer: ({ LoadBalancerName }) => {
      this.balancers = this.balancers.filter(one => one.LoadBalancerName !== LoadBalancerName);
      return {};
    },
    ListHostedZones: () => ({ HostedZones: this.hostedZones }),
    ListResourceRecordSets: () => ({ ResourceRecordSets: this.records }),
    ChangeResourceRecordSets: ({ ChangeBatch }) => {
      const { Changes } = ChangeBatch as {
        Changes: { Action: string; ResourceRecordSet: { Name: string; Type: string } }[];
      };
      for (const { Action, ResourceRecordSet: record } of Changes) {
        const isIt = (one: { Name: string; Type: string }) => one.Name === record.Name && one.Type === record.Type;
        this.records = this.records.filter(one => !isIt(one));
        if (Action !== 'DELETE') this.records.push(record);
      }
      return {};
    },
  };
}

function gone(code = 'NoSuchEntityException'): never {
  throw new AwsRefusal(code, 'there is none');
}

function meets({ State, Tags }: FakeInstance, filters: unknown): boolean {
  return (filters as { Name: string; Values: string[] }[]).every(({ Name, Values }) => {
    if (Name === 'instance-state-name') return Values.includes(State.Name);
    if (Name === 'tag-key') return Tags.some(({ Key }) => Values.includes(Key));
    return Tags.some(({ Key, Value }) => Name === `tag:${Key}` && Values.includes(Value));
  });
}
