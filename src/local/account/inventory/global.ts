import { paginateDescribeBudgets } from '@aws-sdk/client-budgets';
import {
  GetOpenIDConnectProviderCommand,
  ListOpenIDConnectProvidersCommand,
  paginateGetAccountAuthorizationDetails,
} from '@aws-sdk/client-iam';
import {
  ListResourceRecordSetsCommand,
  paginateListHostedZones,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { AwsClients } from '../clients.ts';
import { each, type Item, named, paged, present, type Reader } from './item.ts';

/** Who the account makes for itself when it begins: its administrator, and the role that provider-aws works as. */
const own = new Set(['admin', 'crossplane']);

/** Roles with their policies, policies, instance profiles and users. */
export const iam: Reader = async ({ iam: client }) => {
  const roles: Item[] = [];
  const pages = paginateGetAccountAuthorizationDetails({ client }, { Filter: ['Role', 'LocalManagedPolicy', 'User'] });
  for await (const { RoleDetailList = [], Policies = [], UserDetailList = [] } of pages) {
    for (const { RolePolicyList = [], InstanceProfileList = [], ...role } of RoleDetailList) {
      const id = role.RoleName ?? '';
      if (own.has(id)) continue;
      roles.push({
        kind: 'iam/Role',
        id,
        arn: role.Arn,
        created: role.CreateDate,
        uses: present(...(role.AttachedManagedPolicies ?? []).map(({ PolicyArn }) => PolicyArn)),
        kept: role.Path?.startsWith('/aws-service-role/') === true,
        told: role,
      });
      for (const told of RolePolicyList) {
        roles.push({ kind: 'iam/RolePolicy', id: `${id}:${told.PolicyName}`, uses: [named('iam/Role', id)], told });
      }
      for (const told of InstanceProfileList) {
        const profile = told.InstanceProfileName ?? '';
        roles.push({ kind: 'iam/InstanceProfile', id: profile, arn: told.Arn, uses: [named('iam/Role', id)], told });
      }
    }
    for (const told of Policies) {
      roles.push({ kind: 'iam/Policy', id: told.Arn ?? '', name: told.PolicyName, uses: [], told });
    }
    for (const told of UserDetailList) {
      const id = told.UserName ?? '';
      if (!own.has(id)) roles.push({ kind: 'iam/User', id, arn: told.Arn, uses: [], told });
    }
  }
  return roles;
};

/** Who signs tokens that roles trust. */
export const identityProviders: Reader = async ({ iam: client }) => {
  const { OpenIDConnectProviderList = [] } = await client.send(new ListOpenIDConnectProvidersCommand({}));
  return each(OpenIDConnectProviderList, async ({ Arn }) => {
    const told = await client.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: Arn }));
    return { kind: 'iam/OpenIDConnectProvider', id: Arn ?? '', name: told.Url, uses: [], told };
  });
};

/** Hosted zones and the records in them; what a zone has from its beginning left out. */
export const dns: Reader = async ({ route53: client }) => {
  const zones = await paged(paginateListHostedZones({ client }, {}), page => page.HostedZones);
  return each(zones, async zone => {
    const id = zone.Id?.replace('/hostedzone/', '') ?? '';
    const records = await recordsOf(client, id);
    return [
      { kind: 'route53/Zone', id, name: zone.Name, uses: [], told: zone },
      ...records
        .filter(({ Name, Type }) => Name !== zone.Name || (Type !== 'NS' && Type !== 'SOA'))
        .map(told => ({ kind: 'route53/Record', id: `${told.Name} ${told.Type}`, uses: [id], told })),
    ];
  });
};

async function recordsOf(client: AwsClients['route53'], HostedZoneId: string): Promise<readonly ResourceRecordSet[]> {
  const all: ResourceRecordSet[] = [];
  let from = {};
  for (;;) {
    const page = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId, ...from }));
    all.push(...(page.ResourceRecordSets ?? []));
    if (!page.IsTruncated) return all;
    from = {
      StartRecordName: page.NextRecordName,
      StartRecordType: page.NextRecordType,
      StartRecordIdentifier: page.NextRecordIdentifier,
    };
  }
}

export const budgets: Reader = async ({ budgets: client, sts }) => {
  const { Account: AccountId } = await sts.send(new GetCallerIdentityCommand({}));
  const all = await paged(paginateDescribeBudgets({ client }, { AccountId }), page => page.Budgets);
  return all.map(told => ({ kind: 'budgets/Budget', id: told.BudgetName ?? '', uses: [], told }));
};
