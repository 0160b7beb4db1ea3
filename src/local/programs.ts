/** The programs of the local management cluster and how each is compiled from a pinned Go module. */

import { karpenterKwok } from './karpenter-kwok.ts';
import { providerAws } from './provider-aws/program.ts';

/** Programs that the local cluster runs, and its `kubectl`. */
export const clusterProgramNames = [
  'etcd',
  'kube-apiserver',
  'workload-kube-apiserver',
  'function-patch-and-transform',
  'crossplane',
  'function-auto-ready',
  'kube-controller-manager',
  'kubectl',
  'provider-helm',
  'provider-kubernetes',
  'provider-aws',
] as const;

/** Programs that only some commands and tests want; the cluster comes up without them. */
export const toolNames = ['crossplane-cli', 'crane', 'workload-kube-scheduler', 'karpenter-kwok'] as const;

export const programNames = [...clusterProgramNames, ...toolNames] as const;

export type ClusterProgramName = (typeof clusterProgramNames)[number];

export type ProgramName = (typeof programNames)[number];

/** The functions of our Compositions' pipelines, by their programs. */
export const functionNames = ['function-patch-and-transform', 'function-auto-ready'] as const;

export type FunctionName = (typeof functionNames)[number];

/** The name by which a `functionRef` calls a function: the one that Crossplane's package manager gives it. */
export function functionPackage(name: FunctionName): string {
  return `crossplane-contrib-${name}`;
}

/** A change to one source file of a module, made in a copy before it is compiled. */
export interface SourceEdit {
  /** Path of the module, where it is not the program's own. */
  module?: string;
  /** Path inside the module. */
  file: string;
  /** Text that must stand in the file exactly once. */
  find: string;
  replace: string;
}

/** What a program is compiled from instead of some of its modules, beside single edits. */
export interface ModuleCopies {
  /** Paths of the modules. */
  modules: readonly string[];
  /** Hash of all that decides, beside the modules, what the copies are. */
  key: () => string;
  /** Says what the copies are, given the folders of the modules' whole sources. */
  make: (folders: ReadonlyMap<string, string>) => Promise<ReadonlyMap<string, ModuleCopy>>;
}

/** A copy of a module that holds some of its files. All paths are inside the module. */
export interface ModuleCopy {
  /** Files that are as they are. */
  kept: readonly string[];
  /** Texts of files that are another's, or new. */
  written: ReadonlyMap<string, string>;
}

/** Files of the module that the cluster needs beside the program, kept with it in the cache. */
export interface ModuleFiles {
  /** Folder inside the module. */
  from: string;
  /** Only file names that match. */
  match: RegExp;
  /** Folder beside the program. */
  to: string;
}

/** A program of the same name that may be on the machine already. */
export interface MachineProgram {
  /** Name of the file in the folder that `KUBEBUILDER_ASSETS` names. */
  file: string;
  versionArguments: string[];
  /** Its first group is the version, without `v`. */
  versionPattern: RegExp;
}

export interface Program {
  name: ProgramName;
  /** Folder under `kind-bootstrap/local/` that holds go.mod and go.sum. */
  folder: string;
  /** Go module that go.mod pins; its version is the program's. */
  module: string;
  /** Package of the module to build. */
  package: string;
  /** Linker flags beside `-s -w`, given the module's version (`v1.2.3`). */
  ldflags: (version: string) => string[];
  edits: SourceEdit[];
  /** Copies of some of its modules that leave things out; the edits are made in them. */
  copies?: ModuleCopies;
  files: ModuleFiles[];
  machine?: MachineProgram;
  /** Seconds a first build took on two cores, for a display to measure progress against. */
  coldSeconds: number;
  /** Gigabytes that a first build writes: Go's build cache and module cache, what programs share counted once. */
  coldGigabytes: number;
}

/** Kubernetes version that the API server in place of EKS reports. */
export const workloadVersion = 'v1.31.14';

/** Called by its older name, a server emulates that version, the oldest it can, and refuses to be compatible with one before. */
export const workloadVersionFlag = `--min-compatibility-version=${/\d+\.\d+/.exec(workloadVersion)?.[0]}`;

/**
 * Without these flags an API server reports a version that is no semver: kubectl complains and charts fail in `semverCompare`.
 */
function kubernetesVersion(version: string): string[] {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  const variable = 'k8s.io/component-base/version';
  return [
    `-X ${variable}.gitVersion=${version}`,
    `-X ${variable}.gitMajor=${major}`,
    `-X ${variable}.gitMinor=${minor}`,
    `-X ${variable}.gitTreeState=clean`,
  ];
}

/** The providers have no flag for their metrics port and all want 8080. */
const noMetrics = '-X sigs.k8s.io/controller-runtime/pkg/metrics/server.DefaultBindAddress=0';

const kubernetes = { folder: 'kubernetes', module: 'k8s.io/kubernetes', edits: [], files: [] };

const table: Program[] = [
  {
    name: 'etcd',
    folder: 'etcd',
    module: 'go.etcd.io/etcd/server/v3',
    package: 'go.etcd.io/etcd/server/v3',
    ldflags: () => [],
    edits: [],
    files: [],
    machine: { file: 'etcd', versionArguments: ['--version'], versionPattern: /^etcd Version: (\S+)/m },
    coldSeconds: 40,
    coldGigabytes: 0.6,
  },
  {
    ...kubernetes,
    name: 'kube-apiserver',
    package: 'k8s.io/kubernetes/cmd/kube-apiserver',
    ldflags: kubernetesVersion,
    machine: { file: 'kube-apiserver', versionArguments: ['--version'], versionPattern: /^Kubernetes v(\S+)/m },
    coldSeconds: 180,
    coldGigabytes: 3,
  },
  {
    ...kubernetes,
    name: 'workload-kube-apiserver',
    package: 'k8s.io/kubernetes/cmd/kube-apiserver',
    ldflags: () => kubernetesVersion(workloadVersion),
    coldSeconds: 20,
    coldGigabytes: 0.2,
  },
  {
    name: 'function-patch-and-transform',
    folder: 'function-patch-and-transform',
    module: 'github.com/crossplane-contrib/function-patch-and-transform',
    package: 'github.com/crossplane-contrib/function-patch-and-transform',
    ldflags: () => [],
    edits: [
      {
        // v0.10.7 serves metrics on :8080 of every interface and has no flag for it.
        file: 'main.go',
        find: 'function.Insecure(c.Insecure),',
        replace: 'function.Insecure(c.Insecure),\n\t\tfunction.WithMetricsServer(""),',
      },
    ],
    files: [],
    coldSeconds: 138,
    coldGigabytes: 1.3,
  },
  {
    name: 'crossplane',
    folder: 'crossplane',
    module: 'github.com/crossplane/crossplane/v2',
    package: 'github.com/crossplane/crossplane/v2/cmd/crossplane',
    // The RBAC manager, which is the same program, has no flag for its metrics port; the core is given its own.
    ldflags: version => [noMetrics, `-X github.com/crossplane/crossplane-runtime/v2/pkg/version.version=${version}`],
    // Its flags take ports but no address: without these edits it listens on every interface.
    edits: [
      {
        file: 'cmd/crossplane/core/core.go',
        find: 'Port: c.WebhookPort,',
        replace: 'Host: "127.0.0.1", Port: c.WebhookPort,',
      },
      {
        file: 'cmd/crossplane/core/core.go',
        find: 'BindAddress: fmt.Sprintf(":%d", c.MetricsPort),',
        replace: 'BindAddress: fmt.Sprintf("127.0.0.1:%d", c.MetricsPort),',
      },
      {
        file: 'cmd/crossplane/core/core.go',
        find: 'HealthProbeBindAddress: fmt.Sprintf(":%d", c.HealthProbePort),',
        replace: 'HealthProbeBindAddress: fmt.Sprintf("127.0.0.1:%d", c.HealthProbePort),',
      },
    ],
    files: [
      { from: 'cluster/crds', match: /\.yaml$/, to: 'crds' },
      { from: 'cluster/webhookconfigurations', match: /\.yaml$/, to: 'webhookconfigurations' },
      {
        from: 'cluster/charts/crossplane/templates',
        match: /^(clusterrole|rbac-manager-(clusterrole|allowed-provider-permissions|managed-clusterroles))\.yaml$/,
        to: 'roles',
      },
    ],
    coldSeconds: 285,
    coldGigabytes: 2.2,
  },
  {
    name: 'function-auto-ready',
    folder: 'function-auto-ready',
    module: 'github.com/crossplane/function-auto-ready',
    package: 'github.com/crossplane/function-auto-ready',
    ldflags: () => [],
    edits: [],
    files: [],
    coldSeconds: 44,
    coldGigabytes: 0.4,
  },
  {
    ...kubernetes,
    name: 'kube-controller-manager',
    package: 'k8s.io/kubernetes/cmd/kube-controller-manager',
    ldflags: kubernetesVersion,
    coldSeconds: 66,
    coldGigabytes: 0.5,
  },
  {
    ...kubernetes,
    name: 'kubectl',
    package: 'k8s.io/kubernetes/cmd/kubectl',
    ldflags: kubernetesVersion,
    machine: {
      file: 'kubectl',
      versionArguments: ['version', '--client'],
      versionPattern: /^Client Version: v(\S+)/m,
    },
    coldSeconds: 16,
    coldGigabytes: 0.3,
  },
  {
    name: 'provider-helm',
    folder: 'provider-helm',
    module: 'github.com/crossplane-contrib/provider-helm',
    package: 'github.com/crossplane-contrib/provider-helm/cmd/provider',
    ldflags: version => [
      noMetrics,
      `-X github.com/crossplane-contrib/provider-helm/pkg/version.Version=${version}`,
      // Its default is /tmp/charts, which belongs to whoever came first; relative, it is in the process's own folder.
      '-X github.com/crossplane-contrib/provider-helm/pkg/clients/helm.chartCache=charts',
    ],
    edits: [],
    files: [{ from: 'package/crds', match: /^helm\.m\.crossplane\.io_.*\.yaml$/, to: 'crds' }],
    coldSeconds: 97,
    coldGigabytes: 1.2,
  },
  {
    name: 'provider-kubernetes',
    folder: 'provider-kubernetes',
    module: 'github.com/crossplane-contrib/provider-kubernetes',
    package: 'github.com/crossplane-contrib/provider-kubernetes/cmd/provider',
    ldflags: version => [
      noMetrics,
      `-X github.com/crossplane-contrib/provider-kubernetes/internal/version.Version=${version}`,
    ],
    // Its webhook server is not optional, and listens on :9443 of every interface without a flag for it.
    edits: [
      {
        file: 'cmd/provider/main.go',
        find: 'changelogsSocketPath    = app.Flag(',
        replace:
          'webhookPort = app.Flag("webhook-port", "").Default("9443").Int()\n\t\tchangelogsSocketPath    = app.Flag(',
      },
      {
        file: 'cmd/provider/main.go',
        find: 'WebhookServer: webhook.NewServer(webhook.Options{',
        replace: 'WebhookServer: webhook.NewServer(webhook.Options{\n\t\t\tHost: "127.0.0.1", Port: *webhookPort,',
      },
    ],
    files: [{ from: 'package/crds', match: /^kubernetes\.m\.crossplane\.io_.*\.yaml$/, to: 'crds' }],
    coldSeconds: 104,
    coldGigabytes: 1,
  },
  providerAws,
  {
    name: 'crossplane-cli',
    folder: 'crossplane-cli',
    module: 'github.com/crossplane/cli/v2',
    package: 'github.com/crossplane/cli/v2/cmd/crossplane',
    ldflags: version => [`-X github.com/crossplane/crossplane-runtime/v2/pkg/version.version=${version}`],
    edits: [],
    files: [],
    coldSeconds: 300,
    coldGigabytes: 2,
  },
  {
    name: 'crane',
    folder: 'crane',
    module: 'github.com/google/go-containerregistry',
    package: 'github.com/google/go-containerregistry/cmd/crane',
    ldflags: () => [],
    edits: [],
    files: [],
    coldSeconds: 30,
    coldGigabytes: 0.2,
  },
  {
    ...kubernetes,
    name: 'workload-kube-scheduler',
    package: 'k8s.io/kubernetes/cmd/kube-scheduler',
    ldflags: () => kubernetesVersion(workloadVersion),
    coldSeconds: 40,
    coldGigabytes: 0.3,
  },
  karpenterKwok,
];

/** Every program, in the order in which they are built: what the cluster needs first comes first. */
export const programs: readonly Program[] = table;

/**
 * Version at which a go.mod pins a module. A `replace` by another module of the same name at another version counts,
 * because that is what is compiled.
 */
export function pinnedVersion(goMod: string, module: string): string {
  const escaped = module.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const replaced = new RegExp(`^(?:replace )?\\s*${escaped}(?: v\\S+)? => \\S+ (v\\S+)`, 'm').exec(goMod)?.[1];
  const required = new RegExp(`^(?:require )?\\s*${escaped} (v\\S+)`, 'm').exec(goMod)?.[1];
  const version = replaced ?? required;
  if (version === undefined) throw new Error(`go.mod does not require ${module}; add it with its version`);
  return version;
}
