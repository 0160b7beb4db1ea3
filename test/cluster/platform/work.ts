/** What teams run in their clusters. */

/** A pod that waits for a node of an architecture, and fits on none of the initial ones. */
export const pod = (architecture: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `work-${architecture}`, namespace: 'workloads' },
  spec: {
    nodeSelector: { 'kubernetes.io/arch': architecture, 'karpenter.sh/nodepool': 'default' },
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'work', image: 'registry.k8s.io/pause:3.10', resources: { requests: { cpu: '1' } } }],
  },
});

/** A Service that everybody reaches by name. */
export const service = (hostname: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'web',
    namespace: 'workloads',
    annotations: { 'external-dns.alpha.kubernetes.io/hostname': hostname },
  },
  spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] },
});
