import { oneOf } from './access-entry.ts';
import { Access } from './apis/access.ts';
import { Cluster } from './apis/cluster.ts';
import { compositions } from './crossplane/composition.ts';
import { awaited, between, either, fmt, ifSet, json, merge, pick, unroll } from './crossplane/expressions.ts';
import type { Ref } from './crossplane/ref.ts';
import * as eks from './imports/eks.aws.m.upbound.io.ts';
import * as iam from './imports/iam.aws.m.upbound.io.ts';
import { asWritten } from './management.ts';
import { named } from './names.ts';

const issuer = 'token.actions.githubusercontent.com';
const policy = (name: string) => `arn:aws:eks::aws:cluster-access-policy/${name}`;

/** An access entry of a cluster with one policy, and, for GitHub Actions, the role that it is of. */
export const access = compositions(Access, ({ xr, variant, compose, publish, selectFrom, handDown }) => {
  handDown(xr.spec.providerConfigRef);
  const { name, namespace } = xr.metadata;
  const { region, principal } = xr.spec;
  const tags = merge(xr.spec.tags, { Name: fmt`${namespace}/${name}` });

  /** Makes the role of the runs of one repository, of some of its branches, tags and environments. They can find the cluster with it. */
  const githubRole = () => {
    const roleName = fmt`${namespace}_${name}_access`;
    const { repository, from, alsoFrom, provider } = principal.github;
    /** Trusts as many of the further runs; those of a list that is shorter have no value, and less is trusted. */
    const trust = (more: number): Ref<string> =>
      json({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Federated: awaited(provider) },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: {
              StringEquals: {
                [`${issuer}:aud`]: 'sts.amazonaws.com',
                [`${issuer}:sub`]: [awaited(from), ...unroll(awaited(alsoFrom), more)].map(
                  runs => fmt`repo:${awaited(repository)}:${runs}`,
                ),
              },
            },
          },
        ],
      });
    const role = compose('role', iam.Role, {
      metadata: named(roleName),
      spec: {
        forProvider: {
          assumeRolePolicy: [1, 2, 3, 4, 5, 6, 7, 8].reduce((fewer, more) => either(trust(more), fewer), trust(0)),
          tags,
        },
      },
    });
    publish(between(role.observed.arn, 'arn:aws:iam::', ':'), xr.status.account);
    const cluster = fmt`arn:aws:eks:${region}:${awaited(xr.status.account)}:cluster/${namespace}_${xr.spec.cluster}`;
    compose('find-cluster', iam.RolePolicy, {
      spec: {
        forProvider: {
          role: roleName,
          policy: json({
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: 'eks:DescribeCluster', Resource: cluster }],
          }),
        },
      },
    });
    return role.observed.arn;
  };

  const principalArn = variant === 'github' ? githubRole() : awaited(principal.roleArn);
  const entry = compose(
    'entry',
    eks.AccessEntry,
    {
      metadata: oneOf(xr.spec.cluster, principalArn),
      spec: {
        managementPolicies: asWritten,
        forProvider: {
          region,
          clusterNameSelector: selectFrom(Cluster, xr.spec.cluster, { resource: 'cluster' }),
          principalArn,
          tags,
        },
      },
    },
    // What asks by reference before there is a cluster asks once a minute in the end, and is told of its own creation as late.
    { after: [awaited(xr.spec.clusterIsUp)] },
  );
  publish(entry.observed.principalArn, xr.status.principalArn);

  compose('policy', eks.AccessPolicyAssociation, {
    spec: {
      forProvider: {
        region,
        clusterName: entry.observed.clusterName,
        principalArn: entry.observed.principalArn,
        policyArn: pick(xr.spec.policy, {
          'cluster-admin': policy('AmazonEKSClusterAdminPolicy'),
          admin: policy('AmazonEKSAdminPolicy'),
          edit: policy('AmazonEKSEditPolicy'),
          view: policy('AmazonEKSViewPolicy'),
        }),
        accessScope: { type: ifSet(xr.spec.namespaces, 'namespace', 'cluster'), namespaces: xr.spec.namespaces },
      },
    },
  });
});
