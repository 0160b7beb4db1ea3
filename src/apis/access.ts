import { z } from 'zod';
import { immutable, rule } from '../crossplane/structural.ts';
import { providerConfigRef } from './account.ts';
import { api } from './group.ts';
import { label } from './names.ts';
import { region, tags } from './network.ts';

/** Runs of GitHub Actions, for which a role is made. */
const github = z
  .object({
    repository: rule(z.string().max(140).meta({ example: 'tekanya/shop' }), {
      rule: "self.matches('^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$')",
      message:
        'must be one repository, such as tekanya/shop, without wildcards; give another one an AccessClaim of its own',
    }).describe('The one repository whose runs get in: org/repo.'),
    from: rule(z.string().max(200).meta({ example: 'ref:refs/heads/main' }), {
      rule: "self.matches('^(ref:refs/heads/[A-Za-z0-9._/-]+|environment:[A-Za-z0-9._-]+)$')",
      message:
        'must be one branch, such as ref:refs/heads/main, or one environment, such as environment:production, without wildcards',
    }).describe(
      "The one branch or environment of it, as GitHub's tokens name it: ref:refs/heads/BRANCH or environment:NAME.",
    ),
    provider: z
      .string()
      .max(128)
      .regex(/^arn:aws:iam::[0-9]{12}:oidc-provider\/token\.actions\.githubusercontent\.com$/)
      .meta({ example: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com' })
      .describe("GitHub's OIDC provider in the cluster's account, of which an account has one."),
  })
  .describe('Runs of GitHub Actions, for which a role is made.');

/** Who gets access: a role that exists, or runs of GitHub Actions. */
export const principal = rule(
  z.object({
    roleArn: z
      .string()
      .max(256)
      .regex(/^arn:aws:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/)
      .optional()
      .meta({ example: 'arn:aws:iam::123456789012:role/deploy' })
      .describe('An IAM role that exists.'),
    github: github.optional(),
  }),
  {
    rule: 'has(self.roleArn) != has(self.github)',
    message: 'set either roleArn, of a role that exists, or github, for which a role is made',
  },
);

const anotherAccess = 'delete this one and make another';

export const Access = api({
  kind: 'AccessClaim',
  plural: 'accessclaims',
  shortNames: ['ac'],
  categories: ['platform'],
  description: "One principal's access to a cluster of the namespace.",
  longestName: 32,
  spec: rule(
    z.object({
      region,
      tags,
      providerConfigRef,
      cluster: immutable(label, anotherAccess).describe(
        "The cluster, by its name: a PlatformClaim's or an XCluster's, in the same namespace.",
      ),
      principal: immutable(principal, anotherAccess).describe('Who gets access.'),
      policy: immutable(z.enum(['cluster-admin', 'admin', 'edit', 'view']), anotherAccess)
        .meta({ example: 'edit' })
        .describe('What they may do: everything (cluster-admin), administer, change, or look.'),
      namespaces: z
        .array(label)
        .min(1)
        .max(50)
        .optional()
        .meta({ example: ['shop'] })
        .describe('The namespaces in the cluster in which they may. Left out: all of them.'),
    }),
    {
      rule: "self.policy != 'cluster-admin' || !has(self.namespaces)",
      message: 'is for the whole cluster; in namespaces give admin, or leave the namespaces out',
      fieldPath: '.policy',
    },
  ),
  status: z.object({
    principalArn: z.string().describe('Who has access: arn:aws:iam::…:role/…'),
    account: z.string().optional().describe('The AWS account of the role that was made.'),
  }),
  variants: {
    role: { when: 'has(self.principal.roleArn)', meaning: 'principal.roleArn' },
    github: { when: 'has(self.principal.github)', meaning: 'principal.github' },
  },
  columns: xr => [
    { name: 'CLUSTER', of: xr.spec.cluster },
    { name: 'POLICY', of: xr.spec.policy },
    { name: 'PRINCIPAL', of: xr.status.principalArn },
  ],
});
