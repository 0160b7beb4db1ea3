import { Network } from './apis/network.ts';
import { compositions } from './crossplane/composition.ts';
import { fmt, merge, unroll } from './crossplane/expressions.ts';
import type { Ref } from './crossplane/ref.ts';
import * as ec2 from './imports/ec2.aws.m.upbound.io.ts';

/** A VPC, its internet gateway, one route table, and a public subnet in each zone. */
export const network = compositions(Network, ({ xr, variant, compose, publish, uses, handDown }) => {
  handDown(xr.spec.providerConfigRef);
  const { region } = xr.spec;
  const identity = fmt`${xr.metadata.namespace}/${xr.metadata.name}`;
  const tags = (ours: Readonly<Record<string, string | Ref<string>>> = {}) =>
    merge(xr.spec.tags, { Name: identity, ...ours });

  const vpc = compose('vpc', ec2.Vpc, {
    spec: {
      forProvider: { region, cidrBlock: xr.spec.cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: tags() },
    },
  });
  publish(vpc.observed.id, xr.status.vpcId);
  const vpcId = vpc.observed.id;

  const gateway = compose('internet-gateway', ec2.InternetGateway, {
    spec: { forProvider: { region, vpcId, tags: tags() } },
  });

  const routeTable = compose('route-table', ec2.RouteTable, {
    spec: { forProvider: { region, vpcId, tags: tags() } },
  });
  publish(routeTable.observed.id, xr.status.routeTableId);
  const routeTableId = routeTable.observed.id;

  const route = compose('default-route', ec2.Route, {
    spec: {
      forProvider: { region, routeTableId, destinationCidrBlock: '0.0.0.0/0', gatewayId: gateway.observed.id },
    },
  });

  const names = variant === 'three-zones' ? (['first', 'second', 'third'] as const) : (['first', 'second'] as const);
  unroll(xr.spec.subnets, names.length).forEach(({ zone, cidr }, i) => {
    const name = names[i] ?? 'first';
    const subnet = compose(
      `subnet-${name}`,
      ec2.Subnet,
      {
        spec: {
          forProvider: {
            region,
            vpcId,
            availabilityZone: zone,
            cidrBlock: cidr,
            mapPublicIpOnLaunch: true,
            tags: tags({
              Name: fmt`${xr.metadata.namespace}/${xr.metadata.name}/${zone}`,
              'kubernetes.io/role/elb': '1',
              'karpenter.sh/discovery': identity,
            }),
          },
        },
      },
      { sets: ['subnet'] },
    );
    publish(subnet.observed.id, xr.status.subnets[name].id);
    publish(subnet.observed.availabilityZone, xr.status.subnets[name].zone);

    const association = compose(`association-${name}`, ec2.RouteTableAssociation, {
      spec: { forProvider: { region, routeTableId, subnetId: subnet.observed.id } },
    });
    // The provider dissociates a route table's subnets before it deletes it, so AWS would not keep it for them.
    const wayOut = 'what is in the subnet reaches AWS by it';
    for (const used of [association, route, routeTable]) uses(subnet, used, wayOut);
  });
});
