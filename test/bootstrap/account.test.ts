import { describe, expect, it, test } from 'vitest';
import { accountManifests } from '../../src/bootstrap/manifests.ts';
import { getPath } from '../../src/crossplane/path.ts';
import { folder, manifestsIn } from './manifests.ts';

const ofKind = (kind: string) => accountManifests().filter(manifest => manifest.kind === kind);

describe('encryption of every EBS volume', () => {
  const [encryption] = ofKind('EBSEncryptionByDefault');

  it('is on in the region of the drawing', () => {
    expect(getPath(encryption, ['spec', 'forProvider'])).toEqual({ region: 'af-south-1', enabled: true });
  });

  it('is of a kind that is activated', () => {
    const policies = manifestsIn(`${folder}packages/activation-policy.yaml`);
    const activated = policies.flatMap(({ manifest }) => getPath(manifest.spec, ['activate']));
    expect(activated).toContain('ebsencryptionbydefaults.ec2.aws.m.upbound.io');
  });
});

test.each(['EBSEncryptionByDefault', 'ServiceLinkedRole'])('%s stays when its manifest is deleted', kind => {
  const policies = ofKind(kind).map(manifest => getPath(manifest, ['spec', 'managementPolicies']));
  expect(policies).toEqual([['Observe', 'Create', 'Update', 'LateInitialize']]);
});
