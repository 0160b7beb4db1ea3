import type { JsonObject } from '../../kubernetes/json.ts';
import type { Account } from './account.ts';
import { vpcOf } from './computed.ts';
import { refuse } from './errors.ts';
import { zonesOf } from './rds.ts';
import type { Rules } from './rules.ts';

/** What RDS does with subnet groups. */
export const subnetGroup: Rules = {
  create: (account, { region, args }) => refuseCoverage(account, region, args),
  update: (account, before, args) => refuseCoverage(account, before.region, args),
  computed: (account, group) => {
    const vpcId = vpcOf(group, id => account.find('ec2/Subnet', group.region, id));
    return vpcId === undefined ? {} : { vpcId };
  },
};

/** Subnets whose zones are known must lie in two at least. */
function refuseCoverage(account: Account, region: string, args: JsonObject): void {
  const zones = zonesOf(account, region, args.subnetIds);
  if (!zones || zones.size > 1) return;
  refuse(
    'DBSubnetGroupDoesNotCoverEnoughAZs',
    `The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: ${[...zones].join(', ')}. Add subnets to cover at least 2 AZs.`,
  );
}
