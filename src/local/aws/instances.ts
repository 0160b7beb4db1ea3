import { text } from '../../kubernetes/json.ts';
import type { Account, Resource } from './account.ts';
import { refuse } from './errors.ts';
import { hex } from './ids.ts';
import { mapsAddresses } from './routes.ts';
import type { Rules } from './rules.ts';

/** What EC2 does with instances. */
export const instance: Rules = {
  create: (account, { args }) => {
    const profile = text(args, 'iamInstanceProfile');
    if (profile !== undefined && !account.find('iam/InstanceProfile', 'global', profile)) {
      const why = 'Invalid IAM Instance Profile name';
      refuse('InvalidParameterValue', `Value (${profile}) for parameter iamInstanceProfile.name is invalid. ${why}`);
    }
  },

  computed: (account, one) => {
    const subnet = subnetOf(account, one);
    const address = privateAddress(account, one, subnet);
    return {
      privateIp: address,
      privateDns: `ip-${address.replaceAll('.', '-')}.${one.region}.compute.internal`,
      availabilityZone: text(subnet?.asked, 'availabilityZone') ?? `${one.region}a`,
      ...(subnet && mapsAddresses(subnet) ? { publicIp: `13.244.${byte(one, 2)}.${byte(one, 3)}` } : {}),
    };
  },
};

function subnetOf(account: Account, { region, asked }: Resource): Resource | undefined {
  return account.find('ec2/Subnet', region, text(asked, 'subnetId') ?? '');
}

/** A free address of the subnet. AWS keeps the first four and the last. */
function privateAddress(account: Account, one: Resource, subnet: Resource | undefined): string {
  const [a = 10, b = 0, c = 0, d = 0, length = 24] = (text(subnet?.asked, 'cidrBlock') ?? '10.0.0.0/24')
    .split(/[./]/)
    .map(Number);
  const size = 2 ** (32 - length) - 5;
  const taken = new Set(
    account
      .all()
      .flatMap(other => (other.asked.subnetId === subnet?.id ? (text(other.computed, 'privateIp') ?? []) : [])),
  );
  const begin = Number.parseInt(hex(8, one.id), 16) % size;
  const address = (offset: number): string => {
    const number = ((a * 256 + b) * 256 + c) * 256 + d + 4 + ((begin + offset) % size);
    return [24, 16, 8, 0].map(shift => Math.floor(number / 2 ** shift) % 256).join('.');
  };
  for (let offset = 0; offset < size; offset++) if (!taken.has(address(offset))) return address(offset);
  return address(0);
}

function byte({ id }: Resource, at: number): number {
  return Number.parseInt(hex(8, id).slice(at * 2, at * 2 + 2), 16);
}
