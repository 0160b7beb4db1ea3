import { Cluster } from './apis/cluster.ts';
import { ExternalDns } from './apis/external-dns.ts';
import { externalDnsVersion } from './charts/pins.ts';
import { compositions } from './crossplane/composition.ts';
import { awaited, either, fmt, joined, json, merge } from './crossplane/expressions.ts';
import type { Ref } from './crossplane/ref.ts';
import { trustOfPods } from './iam.ts';
import * as eks from './imports/eks.aws.m.upbound.io.ts';
import * as helm from './imports/helm.m.crossplane.io.ts';
import * as iam from './imports/iam.aws.m.upbound.io.ts';
import * as kubernetes from './imports/kubernetes.m.crossplane.io.ts';
import { through } from './in-cluster.ts';
import { named } from './names.ts';
import { podIdentity } from './pod-identity.ts';

const place = { namespace: 'external-dns', serviceAccount: 'external-dns' } as const;
const zone = 'arn:aws:route53:::hostedzone/';

/** ExternalDNS and its rights: to write names of the domains and no others, in the hosted zones that are named. */
export const externalDns = compositions(ExternalDns, ({ xr, variant, compose, publish, uses, elsewhere, handDown }) => {
  handDown(xr.spec.providerConfigRef);
  if (variant === 'off') return;
  const { name, namespace } = xr.metadata;
  const { region, clusterName, domains } = xr.spec;
  const tags = merge(xr.spec.tags, { Name: clusterName });

  const role = compose('external-dns-role', iam.Role, {
    metadata: named(fmt`${namespace}_${name}_dns`),
    spec: {
      forProvider: { assumeRolePolicy: trustOfPods(clusterName, place.namespace, place.serviceAccount), tags },
    },
  });
  publish(role.observed.arn, xr.status.roleArn);

  const names = {
    'ForAllValues:StringLike': {
      'route53:ChangeResourceRecordSetsNormalizedRecordNames': [
        joined(domains, '","'),
        fmt`*.${joined(domains, '","*.')}`,
      ],
    },
  };
  const rights = (...zones: readonly (string | Ref<string>)[]) =>
    json({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'route53:ChangeResourceRecordSets', Resource: zones, Condition: names },
        { Effect: 'Allow', Action: ['route53:ListResourceRecordSets', 'route53:ListTagsForResource'], Resource: zones },
        // AWS names no resources for it.
        { Effect: 'Allow', Action: 'route53:ListHostedZones', Resource: '*' },
      ],
    });
  const { zoneIds } = xr.spec;
  const policy = compose('external-dns-policy', iam.RolePolicy, {
    spec: {
      forProvider: {
        role: role.observed.id,
        policy: either(rights(fmt`${zone}${joined(zoneIds, `","${zone}`)}`), rights(`${zone}*`)),
      },
    },
  });
  const association = compose(
    'external-dns-identity',
    eks.PodIdentityAssociation,
    { spec: { forProvider: { region, clusterName, ...place, roleArn: role.observed.arn, tags } } },
    { after: [awaited(xr.spec.clusterIssuer)] },
  );

  const credentials = podIdentity(region);
  const chart = compose(
    'external-dns',
    helm.Release,
    {
      metadata: named('external-dns'),
      spec: {
        providerConfigRef: through(xr.spec.providerConfigName),
        forProvider: {
          namespace: place.namespace,
          chart: { name: 'external-dns', repository: xr.spec.repository, version: externalDnsVersion.chart },
          // The kind is for a source that is not used, and Helm would never remove it.
          skipCRDs: true,
          values: {
            image: { repository: xr.spec.image, tag: `v${externalDnsVersion.app}` },
            serviceAccount: { name: place.serviceAccount },
            provider: { name: 'aws' },
            sources: ['service', 'ingress'],
            domainFilters: domains,
            // Of one domain there may be other zones, which it must neither read nor choose. The chart has no value for it, and
            // several come in a variable as a line each.
            env: [
              ...credentials.env,
              { name: 'EXTERNAL_DNS_ZONE_ID_FILTER', value: either(joined(zoneIds, '\n'), '') },
            ],
            extraVolumes: credentials.volumes,
            extraVolumeMounts: credentials.volumeMounts,
            policy: xr.spec.policy,
            registry: 'txt',
            // The record that says whose a record is has a label of its own before the name, and not a longer first one: so that of
            // a domain itself is in the domain's zone, and no name is one that has a TXT record of others.
            txtPrefix: '_externaldns%{record_type}.',
            // Clusters of one account share its zones; a cluster's name is its own in a region.
            txtOwnerId: fmt`${region}/${clusterName}`,
            // At once, beside once a minute.
            triggerLoopOnEvent: true,
            dnsPolicy: 'Default',
            resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
          },
        },
      },
    },
    { after: [awaited(xr.spec.clusterAccess), association.observed.id, policy.observed.id] },
  );

  uses(chart, association, 'ExternalDNS has its credentials by it');
  uses(chart, policy, 'ExternalDNS may remove records by it');
  uses(chart, role, 'ExternalDNS works as this role');
  const nodes = elsewhere(Cluster, name, 'nodes', eks.NodeGroup);
  uses(chart, nodes, 'ExternalDNS runs on these nodes', [awaited(xr.spec.nodeGroup)]);
  const workloads = elsewhere(Cluster, name, 'workloads', kubernetes.Object);
  uses(workloads, chart, 'ExternalDNS removes the records of what is in there', [awaited(xr.spec.workloads)]);
});
