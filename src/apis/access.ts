import { z } from 'zod';
import type { Rule } from '../crossplane/schema.ts';
import { immutable, rule } from '../crossplane/structural.ts';
import { providerConfigRef } from './account.ts';
import { api } from './group.ts';
import { label } from './names.ts';
import { region, tags } from './network.ts';

/** Whose runs of a repository they are, as GitHub's tokens name them, without wildcards. */
const runs = rule(z.string().max(200).meta({ example: 'ref:refs/heads/main' }), {
  rule: "self.matches('^(ref:refs/(heads|tags)/[A-Za-z0-9._/-]+|environment:[A-Za-z0-9._/-]+|pull_request)$')",
  message:
    'must be one branch, such as ref:refs/heads/main, one tag, such as ref:refs/tags/v1.0, one environment, such as environment:production, or pull_request, without wildcards',
});

/** Runs of GitHub Actions, for which a role is made. */
const githubFields = z
  .object({
    repository: rule(
      z.string().max(140).meta({ example: 'tekanya/shop' }),
      {
        rule: "self.matches('^[A-Za-z0-9][A-Za-z0-9-]*(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$')",
        message:
          'must be one repository, such as tekanya/shop or, with its ids, tekanya@123456/shop@456789, without wildcards; give another one an AccessClaim of its own',
      },
      {
        rule: "self.matches('@[0-9]+/') == self.matches('/.*@[0-9]+$')",
        message: 'must have the ids of both owner and repository, such as tekanya@123456/shop@456789, or none',
      },
    ).describe(
      "The one repository whose runs get in, as GitHub's tokens name it: org/repo, or org@ID/repo@ID for one that was made, renamed or moved since 2026-07-15.",
    ),
    from: runs.describe(
      "Which runs: those of one branch (ref:refs/heads/BRANCH), tag (ref:refs/tags/TAG) or environment (environment:NAME), or of pull requests (pull_request), as GitHub's tokens name them.",
    ),
    alsoFrom: z
      .array(runs)
      .min(1)
      .max(8)
      .optional()
      .meta({ example: ['environment:production', 'ref:refs/tags/v1.0'] })
      .describe('Further branches, tags, environments or pull requests of the repository, each written as in from.'),
    provider: z
      .string()
      .max(128)
      .regex(/^arn:aws:iam::[0-9]{12}:oidc-provider\/token\.actions\.githubusercontent\.com$/)
      .meta({ example: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com' })
      .describe("GitHub's OIDC provider in the cluster's account, of which an account has one."),
  })
  .describe('Runs of GitHub Actions, for which a role is made.');

/** A trust policy has 2,048 characters at most, of which some 450 are not of the runs that it names (IAM quotas). */
const github = rule(githubFields, {
  rule: "!has(self.alsoFrom) || (self.alsoFrom.size() + 1) * (self.repository.size() + 9) + self.from.size() + self.alsoFrom.join('').size() <= 1590",
  message: 'are more than a role can trust; give some of them an AccessClaim of their own',
  fieldPath: '.alsoFrom',
});

const sso = 'aws-reserved/sso.amazonaws.com/';

/** A role that somebody can work as, and that EKS takes for a principal. */
const existingRole = rule(
  z
    .string()
    .max(256)
    .regex(/^arn:aws:(iam|sts)::[0-9]{12}:[\w+=,.@/-]+$/)
    .meta({ example: 'arn:aws:iam::123456789012:role/deploy' }),
  {
    rule: "!self.startsWith('arn:aws:sts:')",
    messageExpression: `'is a session and not its role: write arn:aws:iam::' + self.split(':')[4] + ':role/' + (self.contains('/AWSReservedSSO_') ? '${sso}REGION/' : '') + self.split('/')[1] + (self.contains('/AWSReservedSSO_') ? ', REGION being that of IAM Identity Center, if not us-east-1, where it is left out (aws iam get-role tells the ARN)' : ', with its path if it has one')`,
    message: 'is a session and not its role: write arn:aws:iam::ACCOUNT:role/NAME, with its path if it has one',
  },
  {
    rule: "!self.matches('^arn:aws:iam::[0-9]+:user/')",
    message: 'is a user, whose keys do not expire: let the user take a role, and write the ARN of that',
  },
  {
    rule: "!self.matches('^arn:aws:iam::[0-9]+:role/AWSReservedSSO_')",
    messageExpression: `'is a role of IAM Identity Center without its path: write arn:aws:iam::' + self.split(':')[4] + ':role/${sso}REGION/' + self.split('/')[1] + ', as aws iam get-role tells it (us-east-1 is left out there)'`,
    message: `is a role of IAM Identity Center without its path: write arn:aws:iam::ACCOUNT:role/${sso}REGION/NAME`,
  },
  {
    rule: "!self.matches('^arn:aws:iam::[0-9]+:role/aws-service-role/')",
    message: 'is a role of an AWS service (service-linked), which nobody else works as and EKS does not take',
  },
  {
    rule: "!self.startsWith('arn:aws:iam:') || self.matches('^arn:aws:iam::[0-9]+:(user|role)/.*[^/]$')",
    message: 'must be the ARN of a role, such as arn:aws:iam::123456789012:role/deploy',
  },
);

/** A role that exists and that a team may name, as a claim does. */
const roleOfTeams = rule(existingRole, {
  rule: "!self.matches(':role/(.*/)?crossplane[^/]*$')",
  message:
    "begins with crossplane, as roles do that Crossplane works as: that is the platform's own way into its cluster, which no claim may name, as deleting the claim would close it",
});

/** Who gets access: a role that exists, or runs of GitHub Actions. */
const principalOf = (role: typeof existingRole) =>
  rule(
    z.object({
      roleArn: role.optional().describe('An IAM role that exists, by its ARN with its path.'),
      github: github.optional(),
    }),
    {
      rule: 'has(self.roleArn) != has(self.github)',
      message: 'set either roleArn, of a role that exists, or github, for which a role is made',
    },
  );

/** Who gets access by a claim. */
export const principal = principalOf(roleOfTeams);

const anotherAccess = 'delete this one and make another';

const choicesOf = (who: typeof principal) =>
  z.object({
    region,
    tags,
    providerConfigRef,
    cluster: immutable(label, anotherAccess).describe(
      "The cluster, by its name: a PlatformClaim's or an XCluster's, in the same namespace.",
    ),
    principal: rule(who, {
      rule: 'has(self.roleArn) == has(oldSelf.roleArn) && (!has(self.roleArn) || self.roleArn == oldSelf.roleArn)',
      message: `cannot be changed, but for the runs that a role of ours trusts: ${anotherAccess}`,
    }).describe('Who gets access.'),
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
  });

const wholeCluster: Rule = {
  rule: "self.policy != 'cluster-admin' || !has(self.namespaces)",
  message: 'is for the whole cluster; in namespaces give admin, or leave the namespaces out',
  fieldPath: '.policy',
};

/** The access of one principal, as AccessClaim has it. */
export const accessSettings = rule(choicesOf(principal), wholeCluster);

export const principalArn = z.string().describe('Who has access: arn:aws:iam::…:role/…');

export const Access = api({
  kind: 'XAccess',
  plural: 'xaccesses',
  categories: ['platform'],
  description: 'The access entry of a principal, and the role of one that is made.',
  longestName: 32,
  spec: rule(
    // Of this kind platform teams give Crossplane another role than the one that made the cluster.
    choicesOf(principalOf(existingRole)).extend({
      clusterIsUp: z
        .string()
        .max(512)
        .optional()
        .describe(
          'Something of the cluster that is known once it is up, which the entry waits for: of one that is up any text.',
        ),
    }),
    wholeCluster,
  ),
  status: z.object({
    principalArn,
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
