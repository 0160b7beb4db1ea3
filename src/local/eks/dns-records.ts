import {
  type Change,
  ChangeResourceRecordSetsCommand,
  type HostedZone,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { child, equal, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted } from '../../kubernetes/metadata.ts';
import type { Clients } from './clients.ts';
import type { Ground } from './ground.ts';
import { hostnamesOf } from './load-balancers.ts';
import { fullName } from './objects.ts';
import { flagOf, standingOf } from './standing.ts';

const annotation = 'external-dns.alpha.kubernetes.io/';
/** Seconds; what ExternalDNS's AWS provider writes if nobody says other. */
const ttl = 300;

/**
 * The hosted zones that hold the names of classic load balancers, by region, as in ExternalDNS's canonicalHostedZones
 * (docs.aws.amazon.com/general/latest/gr/elb.html).
 */
const balancerZones: Readonly<Record<string, string>> = {
  'af-south-1': 'Z268VQBMOI5EKX',
  'ap-east-1': 'Z3DQVH9N71FHZ0',
  'ap-northeast-1': 'Z14GRHDCWA56QT',
  'ap-northeast-2': 'ZWKZPGTI48KDX',
  'ap-northeast-3': 'Z5LXEXXYW11ES',
  'ap-south-1': 'ZP97RAFLXTNZK',
  'ap-southeast-1': 'Z1LMS91P8CMLE5',
  'ap-southeast-2': 'Z1GM3OXH4ZPM65',
  'ca-central-1': 'ZQSVJUPU6J1EY',
  'eu-central-1': 'Z215JYRZR1TBD5',
  'eu-north-1': 'Z23TAZ6LKFMNIO',
  'eu-south-1': 'Z3ULH7SSC9OV64',
  'eu-west-1': 'Z32O12XQLNTSW2',
  'eu-west-2': 'ZHURV8PSTC4K8',
  'eu-west-3': 'Z3Q77PNBQS71R4',
  'me-south-1': 'ZS929ML54UICD',
  'sa-east-1': 'Z2P70J7HTTTPLU',
  'us-east-1': 'Z35SXDOTRQ7X7K',
  'us-east-2': 'Z3AADJGX6KTTL2',
  'us-west-1': 'Z368ELLRRE2KJ0',
  'us-west-2': 'Z1H1FL5HABSF5',
};

/** A record that is to be, and those beside it that say whose it is. */
interface Wanted {
  readonly record: ResourceRecordSet;
  readonly marks: readonly ResourceRecordSet[];
}

/** What ExternalDNS is started with. */
interface Settings {
  readonly kinds: readonly string[];
  readonly filters: readonly string[];
  readonly owner: string;
  readonly prefix: string;
  readonly registry: string;
  readonly policy: string;
}

/**
 * Plays ExternalDNS 0.14 with its AWS provider and TXT registry: records for the host names that Services and Ingresses
 * with a load balancer ask for, in the hosted zone with the longest name that ends theirs.
 */
export class DnsRecords {
  readonly #ground: Ground;
  /** Whether there may be records that it has to end. */
  #owns = true;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  async look(): Promise<void> {
    const { objects, attempts, facts } = this.#ground;
    const sources = [...objects.all('Service'), ...objects.all('Ingress')].filter(one => hostsOf(one).length > 0);
    const installed = objects.all('Deployment').some(one => fullName(one).endsWith('/external-dns'));
    if (sources.length === 0 && !(installed && this.#owns)) return;
    const standing = await standingOf(this.#ground, 'external-dns');
    if (!standing) return;
    const { clients, deployment } = standing;
    const settings = settingsOf(deployment);
    const zones = await attempts.make('external-dns', 'see the hosted zones', deployment, () =>
      facts.once('hosted zones', () => zonesOf(clients, settings)),
    );
    if (!zones) return;
    const wanted = sources.flatMap(source => recordsFor(source, settings));
    this.#owns = false;
    for (const zone of zones) {
      const own = wanted.filter(({ record }) => zoneOf(record.Name ?? '', zones) === zone);
      await attempts.make('external-dns', `keep the records of ${nameOf(zone)}`, deployment, () =>
        this.#keep(zone, own, settings, clients),
      );
    }
  }

  async #keep(zone: HostedZone, wanted: readonly Wanted[], settings: Settings, clients: Clients) {
    const { facts, log } = this.#ground;
    const HostedZoneId = idOf(zone);
    const there = await facts.once(`records of ${HostedZoneId}`, async () => {
      const asked = new ListResourceRecordSetsCommand({ HostedZoneId });
      return (await clients.route53.send(asked)).ResourceRecordSets ?? [];
    });
    const changes = changesOf(there, wanted, settings);
    this.#owns ||= wanted.length > 0 || ownedNames(there, settings).size > 0;
    if (changes.length === 0) return;
    const asked = { HostedZoneId, ChangeBatch: { Changes: changes } };
    facts.forget();
    await clients.route53.send(new ChangeResourceRecordSetsCommand(asked));
    for (const { Action, ResourceRecordSet: record } of changes)
      log(`${Action?.toLowerCase()} record ${record?.Type} ${record?.Name} in ${nameOf(zone)}`);
  }
}

function settingsOf(deployment: JsonObject): Settings {
  const [owner = 'default'] = flagOf(deployment, '--txt-owner-id');
  const [prefix = ''] = flagOf(deployment, '--txt-prefix');
  const [registry = 'txt'] = flagOf(deployment, '--registry');
  const [policy = 'upsert-only'] = flagOf(deployment, '--policy');
  const kinds = flagOf(deployment, '--source').map(source => source.toLowerCase());
  return { kinds, filters: flagOf(deployment, '--domain-filter'), owner, prefix, registry, policy };
}

/** The zones whose names the domain filters let through, by their end or as the end of a filter. */
async function zonesOf({ route53 }: Clients, { filters }: Settings): Promise<readonly HostedZone[]> {
  const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
  return HostedZones.filter(
    one => filters.length === 0 || filters.some(to => isWithin(nameOf(one), to) || isWithin(to, nameOf(one))),
  );
}

function zoneOf(host: string, zones: readonly HostedZone[]): HostedZone | undefined {
  const holding = zones.filter(one => isWithin(host, nameOf(one)));
  return holding.sort((a, b) => nameOf(b).length - nameOf(a).length)[0];
}

/** What has to be done to the records of a zone, so that there are those that are wanted; others' are left alone. */
function changesOf(there: readonly ResourceRecordSet[], wanted: readonly Wanted[], settings: Settings): Change[] {
  const owned = ownedNames(there, settings);
  const known = new Map(there.map(one => [keyOf(one), one]));
  const isForeign = ({ record }: Wanted) => known.has(keyOf(record)) && !owned.has(keyOf(record));
  const own = wanted.filter(one => !isForeign(one)).flatMap(({ record, marks }) => [record, ...marks]);
  const made = own
    .filter(one => !equal(plain(known.get(keyOf(one))), plain(one)))
    .map((one): Change => ({ Action: known.has(keyOf(one)) ? 'UPSERT' : 'CREATE', ResourceRecordSet: one }));
  if (settings.policy !== 'sync') return made;
  const kept = new Set(own.map(keyOf));
  const ended = there.filter(one => owned.has(keyOf(one)) && !kept.has(keyOf(one)));
  return [...made, ...ended.map((one): Change => ({ Action: 'DELETE', ResourceRecordSet: one }))];
}

/** The records that are ExternalDNS's own, as its TXT records beside them say. */
function ownedNames(there: readonly ResourceRecordSet[], { owner, prefix, registry }: Settings): ReadonlySet<string> {
  const isMark = ({ Type, ResourceRecords = [] }: ResourceRecordSet) =>
    Type === 'TXT' && ResourceRecords.some(({ Value = '' }) => Value.includes(`external-dns/owner=${owner},`));
  const marks = there.filter(isMark);
  if (registry !== 'txt') return new Set(there.map(keyOf));
  const before = prefix.replaceAll(recordType, '');
  const names = new Set(
    marks.flatMap(({ Name = '' }) => (Name.startsWith(before) ? bare(Name).slice(before.length) : [])),
  );
  const records = there.filter(({ Name = '', Type }) => Type !== 'TXT' && names.has(bare(Name)));
  return new Set([...marks, ...records].map(keyOf));
}

/** The records that a Service or an Ingress asks for. */
function recordsFor(source: JsonObject, { kinds, filters, owner, prefix, registry }: Settings): readonly Wanted[] {
  const kind = source.kind === 'Ingress' ? 'ingress' : 'service';
  const target = targetOf(source);
  if (isDeleted(source) || !kinds.includes(kind) || target === undefined) return [];
  const hosts = hostsOf(source).filter(host => filters.length === 0 || filters.some(to => isWithin(host, to)));
  const heritage = `"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=${kind}/${fullName(source)}"`;
  // An alias is marked under its former type.
  const former = target.AliasTarget ? 'cname' : String(target.Type).toLowerCase();
  return hosts.map(host => {
    const names = registry === 'txt' ? marksOf(host, former, prefix) : [];
    return {
      record: { Name: host, ...target },
      marks: names.map(name => ({
        Name: name,
        Type: 'TXT',
        TTL: ttl,
        ResourceRecords: [{ Value: heritage }],
      })),
    };
  });
}

/** What stands for a record's type in the prefix of the TXT records' names. */
const recordType = '%{record_type}';

/** The names of a record's two TXT records: the older form, and the one with its type (registry/txt.go of ExternalDNS). */
function marksOf(host: string, type: string, prefix: string): readonly string[] {
  const typed = prefix.includes(recordType)
    ? `${prefix.replaceAll(recordType, type)}${host}`
    : `${prefix}${type}-${host}`;
  return [`${prefix.replaceAll(recordType, '')}${host}`, typed];
}

/** An alias for a load balancer of AWS, a CNAME for another name, an A record for addresses. */
function targetOf(source: JsonObject): Omit<ResourceRecordSet, 'Name'> | undefined {
  const addresses = items(child(source, 'status', 'loadBalancer').ingress).flatMap(one => text(one, 'ip') ?? []);
  const [hostname] = hostnamesOf(source);
  const TTL = lifetimeOf(source);
  if (hostname === undefined)
    return addresses.length === 0
      ? undefined
      : { Type: 'A', TTL, ResourceRecords: addresses.map(Value => ({ Value })) };
  const zone = balancerZones[/\.([a-z0-9-]+)\.elb\.amazonaws\.com$/.exec(hostname)?.[1] ?? ''];
  if (zone === undefined) return { Type: 'CNAME', TTL, ResourceRecords: [{ Value: hostname }] };
  return { Type: 'A', AliasTarget: { DNSName: hostname, HostedZoneId: zone, EvaluateTargetHealth: true } };
}

/** The names that are asked for: by annotation, and by an Ingress's rules. */
function hostsOf(source: JsonObject): readonly string[] {
  const annotated = text(child(source, 'metadata', 'annotations'), `${annotation}hostname`) ?? '';
  const ruled =
    source.kind === 'Ingress' ? items(child(source, 'spec').rules).flatMap(one => text(one, 'host') ?? []) : [];
  return [...new Set([...annotated.split(',').map(host => bare(host.trim())), ...ruled])].filter(Boolean);
}

function lifetimeOf(source: JsonObject): number {
  const said = Number(text(child(source, 'metadata', 'annotations'), `${annotation}ttl`));
  return said > 0 ? said : ttl;
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain.replace(/^\./, '')}`);
}

function bare(name: string): string {
  return name.replace(/\.$/, '');
}

function nameOf({ Name = '' }: HostedZone): string {
  return bare(Name);
}

function idOf({ Id = '' }: HostedZone): string {
  return Id.split('/').at(-1) ?? '';
}

function keyOf({ Name = '', Type }: ResourceRecordSet): string {
  return `${Type} ${bare(Name)}`;
}

/** What a record says, to compare: Route 53 gives names back with a dot at the end. */
function plain(record: ResourceRecordSet | undefined): Json {
  const { TTL, ResourceRecords = [], AliasTarget } = record ?? {};
  return {
    ttl: TTL ?? null,
    values: ResourceRecords.map(({ Value = '' }) => Value),
    alias: bare(AliasTarget?.DNSName ?? ''),
  };
}
