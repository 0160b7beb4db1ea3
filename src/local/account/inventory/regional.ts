import { paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { GetLifecyclePoliciesCommand, GetLifecyclePolicyCommand } from '@aws-sdk/client-dlm';
import { paginateDescribeRepositories } from '@aws-sdk/client-ecr';
import { paginateDescribeLoadBalancers } from '@aws-sdk/client-elastic-load-balancing';
import { ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { type AliasListEntry, DescribeKeyCommand, paginateListAliases, paginateListKeys } from '@aws-sdk/client-kms';
import { paginateListSecrets } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, paginateListQueues } from '@aws-sdk/client-sqs';
import { each, named, paged, present, type Reader } from './item.ts';

export const queues: Reader = async ({ sqs: client }) => {
  const urls = await paged(paginateListQueues({ client }, {}), page => page.QueueUrls);
  return each(urls, async QueueUrl => {
    const { Attributes = {} } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    const { Policy, ...told } = Attributes;
    const policy = { kind: 'sqs/QueuePolicy', id: QueueUrl, uses: [named('sqs/Queue', QueueUrl)], told: { Policy } };
    return [
      { kind: 'sqs/Queue', id: QueueUrl, arn: Attributes.QueueArn, uses: [], madeBy: 'sqs.CreateQueue', told },
      ...(Policy ? [policy] : []),
    ];
  });
};

/** Rules of the default event bus, and what each sends its events to. */
export const rules: Reader = async ({ events: client }) => {
  const { Rules = [] } = await client.send(new ListRulesCommand({}));
  return each(Rules, async rule => {
    const id = rule.Name ?? '';
    const { Targets = [] } = await client.send(new ListTargetsByRuleCommand({ Rule: id }));
    return [
      { kind: 'cloudwatchevents/Rule', id, arn: rule.Arn, uses: present(rule.RoleArn), told: rule },
      ...Targets.map(told => ({
        kind: 'cloudwatchevents/Target',
        id: `${id}/${told.Id}`,
        uses: [named('cloudwatchevents/Rule', id), ...present(told.Arn)],
        told,
      })),
    ];
  });
};

export const logGroups: Reader = async ({ logs: client }) => {
  const all = await paged(paginateDescribeLogGroups({ client }, {}), page => page.logGroups);
  return all.map(told => ({
    kind: 'cloudwatchlogs/Group',
    id: told.logGroupName ?? '',
    arn: told.logGroupArn,
    uses: present(told.kmsKeyId),
    told,
  }));
};

/** Keys and their names, AWS's own left out. A key that is deleted stays for a week at least. */
export const keys: Reader = async ({ kms: client }) => {
  const aliases = await paged(paginateListAliases({ client }, {}), page => page.Aliases);
  const isAws = ({ AliasName }: AliasListEntry) => AliasName?.startsWith('alias/aws/') === true;
  const theirs = new Set(aliases.filter(isAws).map(({ TargetKeyId }) => TargetKeyId));
  const all = await paged(paginateListKeys({ client }, {}), page => page.Keys);
  const own = await each(all, async ({ KeyId }) => {
    const { KeyMetadata: told } = await client.send(new DescribeKeyCommand({ KeyId }));
    if (!told || told.KeyManager === 'AWS' || theirs.has(KeyId)) return undefined;
    const kept = told.KeyState === 'PendingDeletion';
    return { kind: 'kms/Key', id: KeyId ?? '', arn: told.Arn, state: told.KeyState, kept, uses: [], told };
  });
  const named = aliases
    .filter(alias => !isAws(alias))
    .map(told => ({
      kind: 'kms/Alias',
      id: told.AliasName ?? '',
      arn: told.AliasArn,
      uses: present(told.TargetKeyId),
      told,
    }));
  return [...own, ...named];
};

export const secrets: Reader = async ({ secrets: client }) => {
  const all = await paged(paginateListSecrets({ client }, {}), page => page.SecretList);
  return all.map(told => ({
    kind: 'secretsmanager/Secret',
    id: told.ARN ?? '',
    name: told.Name,
    uses: present(told.KmsKeyId),
    told,
  }));
};

export const lifecyclePolicies: Reader = async ({ dlm: client }) => {
  const { Policies = [] } = await client.send(new GetLifecyclePoliciesCommand({}));
  return each(Policies, async ({ PolicyId, Description }) => {
    const { Policy: told } = await client.send(new GetLifecyclePolicyCommand({ PolicyId }));
    return (
      told && {
        kind: 'dlm/LifecyclePolicy',
        id: PolicyId ?? '',
        arn: told.PolicyArn,
        name: Description,
        uses: present(told.ExecutionRoleArn),
        told,
      }
    );
  });
};

export const repositories: Reader = async ({ ecr: client }) => {
  const all = await paged(paginateDescribeRepositories({ client }, {}), page => page.repositories);
  return all.map(told => ({
    kind: 'ecr/Repository',
    id: told.repositoryName ?? '',
    arn: told.repositoryArn,
    uses: present(told.encryptionConfiguration?.kmsKey),
    told,
  }));
};

export const loadBalancers: Reader = async ({ elb: client }) => {
  const all = await paged(paginateDescribeLoadBalancers({ client }, {}), page => page.LoadBalancerDescriptions);
  return all.map(told => ({
    kind: 'elasticloadbalancing/LoadBalancer',
    id: told.LoadBalancerName ?? '',
    name: told.DNSName,
    uses: present(
      ...(told.Subnets ?? []),
      ...(told.SecurityGroups ?? []),
      ...(told.Instances ?? []).map(one => one.InstanceId),
    ),
    told,
  }));
};
