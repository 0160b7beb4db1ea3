import { describe, expect, it } from 'vitest';
import { missingPermission } from '../../src/status/permission.ts';
import { composite, condition, resource, tree } from './cluster.ts';

const refused =
  'cannot compose resources: cannot apply composed resource "karpenter": releases.helm.m.crossplane.io "karpenter" is forbidden: ' +
  'User "system:serviceaccount:crossplane-system:crossplane" cannot patch resource "releases" in API group "helm.m.crossplane.io" in the namespace "team"';
const noSecret =
  'connect failed: cannot get credentials: cannot get credentials secret: secrets "kubeconfig" is forbidden: ' +
  'User "system:serviceaccount:crossplane-system:provider-helm" cannot get resource "secrets" in API group "" in the namespace "team"';

describe('a missing permission', () => {
  it.each([
    ['says who may not do what', refused, 'crossplane-system/crossplane may not patch releases.helm.m.crossplane.io'],
    ['of Crossplane is given by a label', refused, 'rbac.crossplane.io/aggregate-to-crossplane: "true"'],
    [
      'can be asked for with kubectl',
      refused,
      'kubectl auth can-i patch releases.helm.m.crossplane.io --as=system:serviceaccount:crossplane-system:crossplane -n team',
    ],
    ['is named in the core group', noSecret, 'crossplane-system/provider-helm may not get secrets;'],
    ['of a provider comes by its ProviderRevision', noSecret, 'ProviderRevision'],
    [
      'is named in the whole cluster',
      'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope',
      'kubectl auth can-i list nodes --as=jane',
    ],
    [
      'is named with its part of a resource',
      'a is forbidden: User "jane" cannot update resource "vpcs/status" in API group "ec2.aws.m.upbound.io" in the namespace "team"',
      'jane may not update vpcs.ec2.aws.m.upbound.io/status',
    ],
  ])('%s', (_, message, expected) => {
    expect(missingPermission(message)).toContain(expected);
  });

  it.each([
    [
      'a namespace that is going',
      'is forbidden: unable to create new content in namespace team because it is being terminated',
    ],
    ["AWS's own refusal", 'AccessDenied: User: arn:aws:iam::1:user/x is not authorized to perform: ec2:CreateVpc'],
  ])('is not seen in %s', (_, message) => {
    expect(missingPermission(message)).toBeUndefined();
  });
});

describe('the tree', () => {
  const failed = (message: string) => condition('Synced', 'False', 'ReconcileError', message);

  it('names it at a composite resource, before what Crossplane says', () => {
    const { state, message } = tree([composite('xr', [], [failed(refused)])]);
    expect(state).toBe('failing');
    expect(message).toBe(`${missingPermission(refused)}\n${refused}`);
  });

  it('says that credentials which may not be read are no matter of waiting', () => {
    const release = resource('Release', 'karpenter', [failed(noSecret)]);
    const [child] = tree([composite('xr', [release], []), release]).children;
    expect(child).toMatchObject({ state: 'failing', message: `${missingPermission(noSecret)}\n${noSecret}` });
  });
});
