import { child, equal, items, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted } from '../../kubernetes/metadata.ts';
import type { Resource } from './account.ts';
import { clusterBehind, deploymentOf, flagOf, standingOf } from './in-cluster.ts';
import { hostnamesOf } from './load-balancers.ts';
import { isThere, lacking } from './permissions.ts';
import { fullName, type Hindrances, isOfWorkload, type Stage, tokenOf } from './workload.ts';
import type { Operations } from './workload-operations.ts';

const annotation = 'external-dns.alpha.kubernetes.io/';
const kind = 'route53/Record';
/** Seconds; what ExternalDNS's AWS provider writes if nobody says other. */
const ttl = 300;

/** A record that is to be. */
interface Wanted {
  readonly zone: Resource;
  readonly args: JsonObject;
  readonly token: string;
  readonly of: string;
}

/**
 * Plays ExternalDNS 0.14 with its AWS provider and TXT registry: records for the host names that Services and Ingresses
 * with a load balancer ask for, in the hosted zone with the longest name that ends theirs.
 */
export class DnsRecords {
  readonly #stage: Stage;
  readonly #operations: Operations;
  readonly #hindrances: Hindrances;

  constructor(stage: Stage, operations: Operations, hindrances: Hindrances) {
    this.#stage = stage;
    this.#operations = operations;
    this.#hindrances = hindrances;
  }

  async look(): Promise<void> {
    const { workload, aws } = this.#stage;
    const { account } = aws;
    const own = account.all().filter(one => one.kind === kind && isOfWorkload(one));
    const sources = [...workload.all('Service'), ...workload.all('Ingress')].filter(one => hostsOf(one).length > 0);
    if (own.length === 0 && sources.length === 0) return;
    const cluster = clusterBehind(account, workload);
    const needed = ['route53:ListHostedZones', 'route53:ListResourceRecordSets'];
    const standing = standingOf(account, workload, cluster, 'external-dns', needed);
    const free = this.#hindrances.tell('external-dns', 'work', 'why' in standing ? standing.why : undefined);
    const deployment = deploymentOf(workload, 'external-dns');
    if (!free || !deployment || 'why' in standing) return;
    const may = (zone: Resource): boolean => {
      const denied = lacking(account, standing.role, ['route53:ChangeResourceRecordSets'], zone.arn);
      const why = denied && `its role ${standing.role.name} may not ${denied} on ${zone.arn}`;
      return this.#hindrances.tell('external-dns', `change zone ${zone.name}`, why);
    };
    const wanted = this.#wanted(deployment, sources).filter(({ zone }) => may(zone));
    const [policy = 'upsert-only'] = flagOf(deployment, '--policy');
    if (policy === 'sync') {
      const kept = new Set(wanted.map(({ token }) => token));
      for (const record of own.filter(one => !kept.has(one.token))) {
        const zone = account.all().find(one => one.kind === 'route53/Zone' && one.id === record.asked.zoneId);
        if (zone && may(zone)) await this.#operations.delete(record, 'external-dns');
      }
    }
    for (const { zone, args, token, of } of wanted) {
      const made = this.#operations.made(kind, token);
      const request = { kind, region: zone.region, args, name: undefined, token };
      if (!made) await this.#operations.create(request, of);
      else if (isThere(made) && !equal(made.asked, args)) await this.#operations.update(made, args, of);
    }
  }

  #wanted(deployment: JsonObject, sources: readonly JsonObject[]): readonly Wanted[] {
    const kinds = flagOf(deployment, '--source').map(source => source.toLowerCase());
    const filters = flagOf(deployment, '--domain-filter');
    const [owner = 'default'] = flagOf(deployment, '--txt-owner-id');
    const [prefix = ''] = flagOf(deployment, '--txt-prefix');
    const registry = flagOf(deployment, '--registry')[0] ?? 'txt';
    return sources.flatMap(source => {
      const type = source.kind === 'Ingress' ? 'ingress' : 'service';
      const targets = targetsOf(source);
      if (isDeleted(source) || !kinds.includes(type) || targets === undefined) return [];
      const of = `${type}/${fullName(source)}`;
      return hostsOf(source).flatMap((host): Wanted[] => {
        const zone = this.#zoneOf(host);
        if (!zone || (filters.length > 0 && !filters.some(filter => isWithin(host, filter)))) return [];
        const zoneId = zone.id;
        const record = this.#recordOf(targets, lifetimeOf(source));
        const heritage = `"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=${of}"`;
        // An alias is written down under its former type.
        const typed = 'alias' in record ? 'cname' : String(record.type).toLowerCase();
        const texts = registry === 'txt' ? [host, `${typed}-${host}`] : [];
        return [
          { zone, of, token: tokenOf(source, host), args: { zoneId, name: host, ...record } },
          ...texts.map(name => ({
            zone,
            of,
            token: tokenOf(source, `TXT ${name}`),
            args: { zoneId, name: `${prefix}${name}`, type: 'TXT', ttl, records: [heritage] },
          })),
        ];
      });
    });
  }

  #zoneOf(host: string): Resource | undefined {
    return this.#stage.aws.account
      .all()
      .filter(one => one.kind === 'route53/Zone' && isThere(one) && isWithin(host, nameOf(one)))
      .sort((a, b) => nameOf(b).length - nameOf(a).length)[0];
  }

  /** An alias for a load balancer of AWS, a CNAME for another name, an A record for addresses. */
  #recordOf({ hostnames, addresses }: Targets, seconds: number): JsonObject {
    const [hostname] = hostnames;
    if (hostname === undefined) return { type: 'A', ttl: seconds, records: addresses };
    const balancer = this.#stage.aws.account
      .all()
      .find(one => one.kind === 'elasticloadbalancing/LoadBalancer' && one.computed.dnsName === hostname);
    if (!balancer) return { type: 'CNAME', ttl: seconds, records: [hostname] };
    const zoneId = text(balancer.computed, 'zoneId') ?? '';
    return { type: 'A', alias: [{ name: hostname, zoneId, evaluateTargetHealth: true }] };
  }
}

interface Targets {
  readonly hostnames: readonly string[];
  readonly addresses: readonly string[];
}

function targetsOf(source: JsonObject): Targets | undefined {
  const addresses = items(child(source, 'status', 'loadBalancer').ingress).flatMap(one => text(one, 'ip') ?? []);
  const hostnames = hostnamesOf(source);
  return hostnames.length + addresses.length > 0 ? { hostnames, addresses } : undefined;
}

/** The names that are asked for: by annotation, and by an Ingress's rules. */
function hostsOf(source: JsonObject): readonly string[] {
  const annotated = text(child(source, 'metadata', 'annotations'), `${annotation}hostname`) ?? '';
  const ruled =
    source.kind === 'Ingress' ? items(child(source, 'spec').rules).flatMap(one => text(one, 'host') ?? []) : [];
  const named = annotated.split(',').map(host => host.trim().replace(/\.$/, ''));
  return [...new Set([...named, ...ruled])].filter(Boolean);
}

function lifetimeOf(source: JsonObject): number {
  const said = Number(text(child(source, 'metadata', 'annotations'), `${annotation}ttl`));
  return said > 0 ? said : ttl;
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain.replace(/^\./, '')}`);
}

function nameOf(zone: Resource): string {
  return (text(zone.asked, 'name') ?? zone.name).replace(/\.$/, '');
}
