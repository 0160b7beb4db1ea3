import type { Ref } from './crossplane/ref.ts';

const volume = 'eks-pod-identity-token';
const folder = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';

/**
 * What EKS writes into a pod whose service account has a role by Pod Identity
 * (docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html), for a chart to say itself. EKS writes it only when a
 * pod is made, and an association that was made shortly before is not known there yet: such a pod would never have
 * credentials. One that says so itself asks for them until it gets them. EKS's webhook leaves alone what is so in a pod
 * already (github.com/aws/amazon-eks-pod-identity-webhook, pkg/handler/handler.go).
 */
export function podIdentity(region: Ref<string>) {
  return {
    env: [
      { name: 'AWS_REGION', value: region },
      { name: 'AWS_STS_REGIONAL_ENDPOINTS', value: 'regional' },
      // Of the agent on each node, over IPv4, as clusters here are.
      { name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: 'http://169.254.170.23/v1/credentials' },
      { name: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', value: `${folder}/${volume}` },
    ],
    volumes: [
      {
        name: volume,
        projected: {
          sources: [
            {
              serviceAccountToken: { audience: 'pods.eks.amazonaws.com', expirationSeconds: 86_400, path: volume },
            },
          ],
        },
      },
    ],
    volumeMounts: [{ name: volume, mountPath: folder, readOnly: true }],
  } as const;
}
