import type { Program, SourceEdit } from './programs.ts';

/** Labels of AWS's instance types that a NodePool may ask for, as far as the instance types given to the program have them. */
const awsLabels = ['category', 'family', 'generation', 'size', 'cpu', 'memory'].map(
  label => `karpenter.k8s.aws/instance-${label}`,
);

const helpers = 'kwok/cloudprovider/helpers.go';

/**
 * What the kwok provider lacks in order to take the NodePool of an AWS cluster: its instance types are compiled in, all are
 * always available, and none has a label of AWS's. A requirement for a label that is not well known to Karpenter is worse than
 * ignored: Karpenter makes up a value for it and writes that on the node (`Requirements.Labels` in pkg/scheduling/requirements.go).
 */
const instanceTypes: SourceEdit[] = [
  // Later versions read a file that a variable of this name tells.
  { file: helpers, find: '"regexp"', replace: '"os"\n\t"regexp"' },
  {
    file: helpers,
    find: 'if err := json.Unmarshal(rawInstanceTypes, &instanceTypeOptions); err != nil {',
    replace: [
      'given, err := os.ReadFile(os.Getenv("INSTANCE_TYPES_FILE_PATH"))',
      'if err != nil {\n\t\treturn nil, err\n\t}',
      'if err := json.Unmarshal(given, &instanceTypeOptions); err != nil {',
    ].join('\n\t'),
  },
  {
    file: helpers,
    find: '\tfor i := range opts.Offerings {\n\t\topts.Offerings[i].Available = true\n\t}\n',
    replace: '',
  },
  {
    file: helpers,
    find: '`json:"resources"`\n',
    replace: '`json:"resources"`\n\tLabels map[string]string `json:"labels"`\n',
  },
  {
    file: helpers,
    find: '\treturn &cloudprovider.InstanceType{',
    replace: [
      '\tfor key, value := range options.Labels {',
      '\t\trequirements.Add(scheduling.NewRequirement(key, corev1.NodeSelectorOpIn, value))',
      '\t}',
      '\treturn &cloudprovider.InstanceType{',
    ].join('\n'),
  },
  {
    file: 'kwok/apis/v1alpha1/labels.go',
    find: 'v1.WellKnownLabels = v1.WellKnownLabels.Insert(',
    replace: `v1.WellKnownLabels = v1.WellKnownLabels.Insert(\n${awsLabels.map(label => `\t\t"${label}",\n`).join('')}`,
  },
];

/** Its options are ports without an address: without these edits it listens on every interface. */
const loopback: SourceEdit[] = ['Metrics', 'HealthProbe'].map(server => ({
  file: 'pkg/operator/operator.go',
  find: `fmt.Sprintf(":%d", options.FromContext(ctx).${server}Port)`,
  replace: `fmt.Sprintf("127.0.0.1:%d", options.FromContext(ctx).${server}Port)`,
}));

/**
 * Karpenter's core with its kwok provider, which makes Node objects where AWS's would launch instances. Its version is the one
 * that karpenter-provider-aws of our chart's version is built from.
 */
export const karpenterKwok: Program = {
  name: 'karpenter-kwok',
  folder: 'karpenter-kwok',
  module: 'sigs.k8s.io/karpenter',
  package: 'sigs.k8s.io/karpenter/kwok',
  ldflags: version => [`-X sigs.k8s.io/karpenter/pkg/operator.Version=${version}`],
  edits: [...loopback, ...instanceTypes],
  files: [
    { from: 'pkg/apis/crds', match: /^karpenter\.sh_nodeclaims\.yaml$/, to: 'crds' },
    { from: 'kwok/apis/crds', match: /\.yaml$/, to: 'crds' },
  ],
  coldSeconds: 165,
  coldGigabytes: 1.5,
};
