import { json } from './crossplane/expressions.ts';
import type { Ref } from './crossplane/ref.ts';

/** The ARN of a policy that AWS keeps. */
export function awsPolicy(name: string): string {
  return `arn:aws:iam::aws:policy/${name}`;
}

/** What lets a node of a cluster work as a role, and what it may do then; its network has a role of its own. */
export const asNode = {
  assumeRolePolicy: trustOf('ec2.amazonaws.com'),
  managedPolicyArns: [
    awsPolicy('AmazonEKSWorkerNodePolicy'),
    awsPolicy('AmazonEC2ContainerRegistryPullOnly'),
    awsPolicy('AmazonSSMManagedInstanceCore'),
  ],
} as const;

/** Lets a service of AWS work as a role. */
export function trustOf(service: `${string}.amazonaws.com`): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });
}

/** Lets the pods of one service account of one cluster work as a role, by EKS Pod Identity. */
export function trustOfPods(
  cluster: Ref<string>,
  namespace: string | Ref<string>,
  serviceAccount: string | Ref<string>,
): Ref<string> {
  return json({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'pods.eks.amazonaws.com' },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: {
          StringEquals: {
            'aws:RequestTag/eks-cluster-name': cluster,
            'aws:RequestTag/kubernetes-namespace': namespace,
            'aws:RequestTag/kubernetes-service-account': serviceAccount,
          },
        },
      },
    ],
  });
}
