import { describe, expect, it } from 'vitest';
import { providerRights } from '../../src/local/provider-revisions.ts';
import { rolesOf } from '../../src/local/rights.ts';

const template = `{{- if .Values.rbacManager.deploy }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ template "crossplane.name" . }}:system:aggregate-to-crossplane
  labels:
    app: {{ template "crossplane.name" . }}
    {{- include "crossplane.labels" . | indent 4 }}
    rbac.crossplane.io/aggregate-to-crossplane: "true"
{{- end }}
rules:
- apiGroups:
  - ""
  resources:
  - events
  verbs:
  - create
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ template "crossplane.name" . }}-admin
{{- end}}`;

describe("the ClusterRoles of Crossplane's chart", () => {
  it('are those that Helm makes with default values', () => {
    expect(rolesOf(template)).toEqual([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: {
          name: 'crossplane:system:aggregate-to-crossplane',
          labels: { app: 'crossplane', 'rbac.crossplane.io/aggregate-to-crossplane': 'true' },
        },
        rules: [{ apiGroups: [''], resources: ['events'], verbs: ['create'] }],
      },
    ]);
  });

  it.each([
    ['a value that is not known', '  namespace: {{ .Release.Namespace }}', '{{ .Release.Namespace }}'],
    ['a condition that is not known', '{{- if .Values.secrets.enabled }}', '.Values.secrets.enabled'],
    ['the other case of a condition', '{{- else }}', '{{- else }}'],
  ])('are not guessed at: %s', (_, line, named) => {
    const refused = () => rolesOf(template.replace('rules:', `${line}\nrules:`));
    expect(refused).toThrow(/adapt src\/local\/rights\.ts$/);
    expect(refused).toThrow(named);
  });
});

describe('the rights of a provider', () => {
  const definition = (kind: string, plural: string) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.org` },
    spec: { names: { kind, plural } },
  });

  it.each([
    ['a managed resource is a ManagedResourceDefinition to Crossplane', 'Release', 'ManagedResourceDefinition'],
    ['what a provider has its credentials from is none', 'ProviderConfig', 'CustomResourceDefinition'],
    ['nor for all namespaces', 'ClusterProviderConfig', 'CustomResourceDefinition'],
    ['nor who uses it', 'ProviderConfigUsage', 'CustomResourceDefinition'],
  ])('%s', (_, kind, expected) => {
    const { status } = providerRights('provider-helm', [definition(kind, 'things')]);
    expect(status).toMatchObject({ objectRefs: [{ kind: expected, name: 'things.example.org' }] });
  });

  it('are bound to the service account that it runs as', () => {
    const { revision, binding } = providerRights('provider-helm', []);
    expect(binding).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: `crossplane:provider:${revision.metadata.name}:system` },
      subjects: [{ kind: 'ServiceAccount', name: 'provider-helm', namespace: 'crossplane-system' }],
    });
  });
});
