import { text } from '../../kubernetes/json.ts';
import type { Account, Resource } from './account.ts';
import { full } from './eks.ts';
import { isThere } from './permissions.ts';

/** What the default route of a subnet leads to: its own route table's, else its VPC's main one's. */
function defaultRoute(account: Account, subnet: Resource): Resource | undefined {
  const all = account.all().filter(one => one.region === subnet.region && isThere(one));
  const own = all.find(one => one.kind === 'ec2/RouteTableAssociation' && one.asked.subnetId === subnet.id);
  const main = all.find(one => one.kind === 'ec2/MainRouteTableAssociation' && one.asked.vpcId === subnet.asked.vpcId);
  const table = text((own ?? main)?.asked, 'routeTableId');
  const route = all.find(
    one =>
      one.kind === 'ec2/Route' && one.asked.routeTableId === table && one.asked.destinationCidrBlock === '0.0.0.0/0',
  );
  const target = text(route?.asked, 'gatewayId') ?? text(route?.asked, 'natGatewayId');
  return target === undefined ? undefined : all.find(one => one.id === target);
}

/** Whether a subnet's way out is an internet gateway. */
export function isPublic(account: Account, subnet: Resource): boolean {
  return defaultRoute(account, subnet)?.kind === 'ec2/InternetGateway';
}

/** Whether what runs in a subnet reaches the internet, through an internet gateway or a NAT gateway. */
export function hasWayOut(account: Account, subnet: Resource): boolean {
  return defaultRoute(account, subnet) !== undefined;
}

/** Whether what starts in a subnet gets a public address. */
export function mapsAddresses(subnet: Resource): boolean {
  return full(subnet).mapPublicIpOnLaunch === true;
}
