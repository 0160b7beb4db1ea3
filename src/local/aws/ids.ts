import { createHash, randomBytes } from 'node:crypto';

/** The prefixes of the ids that AWS gives, by kind. */
const prefixes: Readonly<Record<string, string>> = {
  'dlm/LifecyclePolicy': 'policy-',
  'ec2/EIP': 'eipalloc-',
  'ec2/EgressOnlyInternetGateway': 'eigw-',
  'ec2/Instance': 'i-',
  'ec2/InternetGateway': 'igw-',
  'ec2/LaunchTemplate': 'lt-',
  'ec2/MainRouteTableAssociation': 'rtbassoc-',
  'ec2/NATGateway': 'nat-',
  'ec2/RouteTable': 'rtb-',
  'ec2/RouteTableAssociation': 'rtbassoc-',
  'ec2/SecurityGroup': 'sg-',
  'ec2/SecurityGroupEgressRule': 'sgr-',
  'ec2/SecurityGroupIngressRule': 'sgr-',
  'ec2/SecurityGroupRule': 'sgrule-',
  'ec2/Subnet': 'subnet-',
  'ec2/VPC': 'vpc-',
  'ec2/VPCEndpoint': 'vpce-',
  'ec2/VPCEndpointSecurityGroupAssociation': 'a-',
  'eks/PodIdentityAssociation': 'a-',
};

/**
 * An id as AWS gives to a new resource of a kind: `vpc-0123456789abcdef0`, 17 hex digits after the kind's prefix. Always the
 * same for the same words; another one each time where there are none.
 */
export function newId(kind: string, ...words: readonly string[]): string {
  const digits = words.length > 0 ? hex(16, kind, ...words) : randomBytes(8).toString('hex');
  return `${prefixes[kind] ?? `${kind.split('/')[1]?.toLowerCase()}-`}0${digits}`;
}

/** Hex digits that always come out the same for the same words: for what AWS gives along with a resource. */
export function hex(length: number, ...words: readonly string[]): string {
  return createHash('sha256').update(words.join('\n')).digest('hex').slice(0, length);
}

/** Upper-case letters and digits, always the same for the same words, as in a hosted zone's or a role's id. */
export function capitals(length: number, ...words: readonly string[]): string {
  const digits = createHash('sha512').update(words.join('\n')).digest();
  return [...digits.subarray(0, length)].map(byte => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(byte % 32)).join('');
}

/** A UUID, always the same for the same words. */
export function uuid(...words: readonly string[]): string {
  return hex(32, ...words).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
