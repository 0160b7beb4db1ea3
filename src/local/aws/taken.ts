import { equal, type JsonObject, text } from '../../kubernetes/json.ts';
import type { Account } from './account.ts';
import { refuse } from './errors.ts';
import { knownId, type Request } from './external-names.ts';

/** What may be there only once, by the arguments that have to differ, and what AWS says of a second one. */
interface Once {
  readonly fields: readonly string[];
  readonly refuse: (args: JsonObject, id: string) => never;
}

const once: Readonly<Record<string, Once>> = {
  'ec2/InternetGateway': {
    fields: ['vpcId'],
    refuse: args =>
      refuse(
        'Resource.AlreadyAssociated',
        `resource ${text(args, 'vpcId')} is already associated with an internet gateway`,
      ),
  },
  'ec2/LaunchTemplate': {
    fields: ['name'],
    refuse: args =>
      refuse(
        'InvalidLaunchTemplateName.AlreadyExistsException',
        `Launch template name '${text(args, 'name')}' already in use.`,
      ),
  },
  'ec2/RouteTableAssociation': {
    fields: ['subnetId', 'gatewayId'],
    refuse: (_, id) =>
      refuse('Resource.AlreadyAssociated', `the specified association for route table already exists: ${id}`),
  },
  'ec2/SecurityGroup': {
    fields: ['vpcId', 'name'],
    refuse: args =>
      refuse(
        'InvalidGroup.Duplicate',
        `The security group '${text(args, 'name')}' already exists for VPC '${text(args, 'vpcId')}'`,
      ),
  },
  'ec2/SecurityGroupEgressRule': permission(),
  'ec2/SecurityGroupIngressRule': permission(),
  'ec2/Subnet': {
    fields: ['vpcId', 'cidrBlock'],
    refuse: args =>
      refuse('InvalidSubnet.Conflict', `The CIDR '${text(args, 'cidrBlock')}' conflicts with another subnet`),
  },
  'eks/PodIdentityAssociation': {
    fields: ['clusterName', 'namespace', 'serviceAccount'],
    refuse: (_, id) => refuse('ResourceInUseException', `Association already exists: ${id}`, 409),
  },
  'iam/OpenIDConnectProvider': {
    fields: ['url'],
    refuse: args => refuse('EntityAlreadyExists', `Provider with url ${text(args, 'url')} already exists.`, 409),
  },
  'iam/ServiceLinkedRole': {
    fields: ['awsServiceName', 'customSuffix'],
    refuse: args =>
      refuse(
        'InvalidInput',
        `Service role name for ${text(args, 'awsServiceName')} has been taken in this account, please try a different suffix.`,
      ),
  },
  'secretsmanager/Secret': {
    fields: ['name'],
    refuse: args =>
      refuse(
        'ResourceExistsException',
        `The operation failed because the secret ${text(args, 'name')} already exists.`,
      ),
  },
  'sqs/Queue': {
    fields: ['name'],
    refuse: args =>
      refuse(
        'QueueNameExists',
        `A queue already exists with the same name and a different value for attributes: ${text(args, 'name')}`,
      ),
  },
  'route53/Record': {
    fields: ['zoneId', 'name', 'type', 'setIdentifier'],
    refuse: args =>
      refuse(
        'InvalidChangeBatch',
        `[Tried to create resource record set [name='${text(args, 'name')}.', type='${text(args, 'type')}'] but it already exists]`,
      ),
  },
};

function permission(): Once {
  return {
    fields: [
      'securityGroupId',
      'ipProtocol',
      'fromPort',
      'toPort',
      'cidrIpv4',
      'cidrIpv6',
      'prefixListId',
      'referencedSecurityGroupId',
    ],
    refuse: args =>
      refuse(
        'InvalidPermission.Duplicate',
        `the specified rule "peer: ${text(args, 'cidrIpv4') ?? text(args, 'cidrIpv6') ?? text(args, 'referencedSecurityGroupId')}, ${text(args, 'ipProtocol')}, ALLOW" already exists`,
      ),
  };
}

/**
 * Refuses what another resource already is, in AWS's words: the provider makes a resource only after it did not find
 * it by its external name, so one that AWS knows by another trait is somebody else's. Throws an AwsError.
 */
export function refuseTaken(account: Account, request: Request): void {
  const { kind, region, args } = request;
  // One that came between the provider's look and its call: EKS made it.
  if (kind === 'cloudwatchlogs/Group' && account.find(kind, region, knownId(request) ?? '')) {
    refuse('ResourceAlreadyExistsException', 'The specified log group already exists');
  }
  const rule = once[kind];
  if (!rule || text(args, rule.fields[0] ?? '') === undefined) return;
  const other = account
    .all()
    .find(
      one =>
        one.kind === kind && one.region === region && rule.fields.every(name => equal(one.asked[name], args[name])),
    );
  // A record may be overwritten if the managed resource says so.
  if (other && args.allowOverwrite !== true) rule.refuse(args, other.id);
}
