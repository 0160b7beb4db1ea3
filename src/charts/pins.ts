/** A Helm chart in the version that is installed. */
export interface ChartPin {
  readonly name: string;
  /** Where it is published, as a Release names it: `oci://…` without the chart's name, or the address of an `index.yaml`. */
  readonly repository: string;
  /** The chart's version, and that of the program in it. Both without a `v`. */
  readonly version: string;
  readonly appVersion: string;
  /** The folder below `charts/` whose go.mod pins the module that holds the chart. */
  readonly pinnedIn: string;
  readonly module: string;
  /** The chart's folder in the module. */
  readonly folder: string;
  /** Where values.yaml names the image by a tag of its own, which is that of an earlier release in the module. */
  readonly imageTag?: true;
}

/** Versions of Karpenter, the oldest first; each has the charts karpenter and karpenter-crd. */
export const karpenterVersions = ['1.0.6', '1.8.6', '1.11.0', '1.14.1'] as const;

export type KarpenterVersion = (typeof karpenterVersions)[number];

/** Version of the chart external-dns, and of the ExternalDNS in it. */
export const externalDnsVersion = { chart: '1.14.5', app: '0.14.2' } as const;

/** Where the charts are published. */
export const chartRepositories = {
  karpenter: 'oci://public.ecr.aws/karpenter',
  externalDns: 'https://kubernetes-sigs.github.io/external-dns/',
} as const;

const karpenter = (version: string): readonly ChartPin[] => {
  const pin = {
    repository: chartRepositories.karpenter,
    version,
    appVersion: version,
    pinnedIn: `karpenter-${version}`,
    module: 'github.com/aws/karpenter-provider-aws',
  };
  return [
    { ...pin, name: 'karpenter', folder: 'charts/karpenter', imageTag: true },
    { ...pin, name: 'karpenter-crd', folder: 'charts/karpenter-crd' },
  ];
};

/**
 * Every chart that a Release may install. external-dns 1.14.5 is taken from the module at v0.15.0, the tag that holds it (v0.14.2
 * holds 1.14.4); its CHANGELOG.md lists what is in there and was not in the release: three mendings of `provider.webhook`.
 */
export const chartPins: readonly ChartPin[] = [
  ...karpenterVersions.flatMap(karpenter),
  {
    name: 'external-dns',
    repository: chartRepositories.externalDns,
    version: externalDnsVersion.chart,
    appVersion: externalDnsVersion.app,
    pinnedIn: `external-dns-${externalDnsVersion.chart}`,
    module: 'sigs.k8s.io/external-dns',
    folder: 'charts/external-dns',
  },
];

/** The folder of the go.mod files, and of the facts that `make charts` takes out of the charts. */
export const chartsFolder = new URL('../../charts/', import.meta.url);

/** The committed facts of a chart. */
export function factsFile({ pinnedIn, name }: ChartPin): URL {
  return new URL(`${pinnedIn}/${name}.yaml`, chartsFolder);
}

/** The address of a repository, by which its host and path can be told; an OCI registry is spoken to by HTTPS. */
export function repositoryUrl({ repository }: Pick<ChartPin, 'repository'>): URL {
  return new URL(repository.replace(/^oci:/, 'https:'));
}

/** The hosts that the charts come from. */
export function repositoryHosts(pins: readonly ChartPin[] = chartPins): string[] {
  return [...new Set(pins.map(pin => repositoryUrl(pin).host))];
}
