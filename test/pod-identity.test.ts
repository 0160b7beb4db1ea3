import { describe, expect, test } from 'vitest';
import { claimed } from './fixtures/claim.ts';

const folder = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';
const volume = 'eks-pod-identity-token';

/** As EKS's guide shows it of a pod (docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html). */
const env = {
  AWS_REGION: 'af-south-1',
  AWS_STS_REGIONAL_ENDPOINTS: 'regional',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials',
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: `${folder}/${volume}`,
};
const projected = {
  sources: [{ serviceAccountToken: { audience: 'pods.eks.amazonaws.com', expirationSeconds: 86400, path: volume } }],
};

interface Values {
  readonly controller?: Values;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly extraVolumes?: unknown;
  readonly extraVolumeMounts?: unknown;
}

const releases = claimed({}).settings('Release');
const valuesOf = (chart: string) =>
  releases.find(release => (release.chart as { readonly name: string }).name === chart)?.values as Values;

describe('a pod that is made before its association is effective asks for credentials all the same', () => {
  test.each([
    { chart: 'karpenter', container: (values: Values) => values.controller },
    { chart: 'external-dns', container: (values: Values) => values },
  ])('$chart says itself what EKS would write into it', ({ chart, container }) => {
    const values = valuesOf(chart);
    const { env: variables = [], extraVolumeMounts } = container(values) ?? {};
    expect(Object.fromEntries(variables.map(({ name, value }) => [name, value]))).toMatchObject(env);
    expect(extraVolumeMounts).toEqual([{ name: volume, mountPath: folder, readOnly: true }]);
    expect(values.extraVolumes).toEqual([{ name: volume, projected }]);
  });
});
