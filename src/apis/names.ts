import { z } from 'zod';

/**
 * The name of an object that another one refers to: a DNS-1123 label, as Kubernetes takes it for a namespace or a service
 * account, and AWS as a part of its own names. It has nothing in it that ends a text or stands for others in an ARN.
 */
export const label = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

/** What AWS calls something, an id or an ARN, where another object or AWS tells it: subnet-…, sg-…, arn:aws:iam::…:role/…. */
export const identifier = z
  .string()
  .max(256)
  .regex(/^[A-Za-z0-9][\w+=,.@:/-]*$/);

/** The name of a cluster in EKS: the namespace and the name of its composite resource, with `_` between them. */
export const clusterName = z
  .string()
  .max(100)
  .regex(/^[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/)
  .meta({ example: 'team-a_shop' });
