import { child, items, type Json, text } from '../../kubernetes/json.ts';
import type { Account, Resource } from './account.ts';
import { refuse } from './errors.ts';
import { mapsAddresses } from './routes.ts';
import type { Rules } from './rules.ts';

/** The subnets in which a resource of a kind has an interface with a public address; empty where it has none. */
const addressed: Readonly<Record<string, (account: Account, resource: Resource) => readonly string[]>> = {
  'ec2/Instance': (account, { region, asked }) => mapping(account, region, [asked.subnetId]),
  'ec2/NATGateway': (_, { asked }) => (asked.connectivityType === 'private' ? [] : texts([asked.subnetId])),
  // Its instances, which the account does not list.
  'eks/NodeGroup': (account, { region, asked }) =>
    child(asked, 'scalingConfig').desiredSize === 0 ? [] : mapping(account, region, items(asked.subnetIds)),
  'elasticloadbalancing/LoadBalancer': (_, { asked }) =>
    asked.scheme === 'internal' ? [] : texts(items(asked.subnetIds)),
};

/** What EC2 does with internet gateways. */
export const internetGateway: Rules = {
  /** The provider detaches a gateway before it deletes it. */
  delete: (account, gateway) => {
    const vpc = text(gateway.asked, 'vpcId');
    const within = (id: string) => account.find('ec2/Subnet', gateway.region, id)?.asked.vpcId === vpc;
    const held = account
      .all()
      .some(one => one.region === gateway.region && (addressed[one.kind]?.(account, one) ?? []).some(within));
    if (vpc === undefined || !held) return;
    refuse(
      'DependencyViolation',
      `Network ${vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    );
  },
};

function mapping(account: Account, region: string, subnets: readonly (Json | undefined)[]): readonly string[] {
  return texts(subnets).filter(id => {
    const subnet = account.find('ec2/Subnet', region, id);
    return subnet !== undefined && mapsAddresses(subnet);
  });
}

function texts(values: readonly (Json | undefined)[]): readonly string[] {
  return values.filter(value => typeof value === 'string');
}
