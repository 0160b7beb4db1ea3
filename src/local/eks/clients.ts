import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { type AwsClients, type AwsKeys, anyKeys, awsClients } from '../account/clients.ts';
import type { Api } from '../api.ts';

/** AWS's services to one caller. */
export type Clients = {
  readonly [Name in 'ec2' | 'eks' | 'elb' | 'iam' | 'route53' | 'ssm' | 'sts']: Pick<AwsClients[Name], 'send'>;
};

/** Where AWS is. */
export interface Place {
  /** Address of the account. */
  readonly endpoint: string;
  readonly region: string;
}

interface Credentials extends AwsKeys {
  readonly expiration?: Date;
}

/** AWS's services to a caller; to the administrator without credentials. */
export function clientsOf({ endpoint, region }: Place, credentials: Credentials = anyKeys): Clients {
  return awsClients(endpoint, region, credentials);
}

/** Credentials of who acts in a cluster, and AWS's services with them; each asked for again shortly before they end. */
export class Callers {
  readonly #place: Place;
  readonly #cluster: string;
  readonly #api: Pick<Api, 'send'>;
  readonly #known = new Map<string, { readonly clients: Clients; readonly until: number }>();

  constructor(place: Place, cluster: string, api: Pick<Api, 'send'>) {
    this.#place = place;
    this.#cluster = cluster;
    this.#api = api;
  }

  /** The pods of a service account, as EKS Pod Identity lets them act. Rejects with AWS's refusal. */
  pods(namespace: string, serviceAccount: string): Promise<Clients> {
    return this.#clients(`${namespace}/${serviceAccount}`, async () => {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
      const spec = { audiences: ['pods.eks.amazonaws.com'], expirationSeconds: 3600 };
      const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
      const { status } = await this.#api.send<{ readonly status: { readonly token: string } }>('POST', path, asked);
      return assumeRoleForPodIdentity(this.#place, this.#cluster, status.token);
    });
  }

  /** EKS itself in the role that a cluster has. */
  role(arn: string): Promise<Clients> {
    return this.#clients(arn, async () => {
      const asked = new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'aws-cloud-provider' });
      const { Credentials: given } = await clientsOf(this.#place).sts.send(asked);
      return {
        accessKeyId: given?.AccessKeyId ?? '',
        secretAccessKey: given?.SecretAccessKey ?? '',
        sessionToken: given?.SessionToken ?? '',
        ...(given?.Expiration ? { expiration: given.Expiration } : {}),
      };
    });
  }

  async #clients(who: string, ask: () => Promise<Credentials>): Promise<Clients> {
    const known = this.#known.get(who);
    if (known && Date.now() < known.until) return known.clients;
    const credentials = await ask();
    const clients = clientsOf(this.#place, credentials);
    const end = credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
    this.#known.set(who, { clients, until: end - 300_000 });
    return clients;
  }
}

/** AWS said no. */
export class AwsRefusal extends Error {
  /** Marks errors of AWS, as the SDK does. */
  readonly $fault = 'client';
  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}

/**
 * What EKS's Pod Identity agent asks on a node (docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html).
 * The account tells the service by the scope of the signature, and takes a key that nobody issued for the administrator's.
 */
async function assumeRoleForPodIdentity({ endpoint, region }: Place, cluster: string, token: string) {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const scope = `${anyKeys.accessKeyId}/${day}/${region}/eks-auth/aws4_request`;
  const answer = await fetch(`${endpoint}/clusters/${encodeURIComponent(cluster)}/assume-role-for-pod-identity`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    },
    body: JSON.stringify({ token }),
  });
  const body = (await answer.json()) as { readonly message?: string; readonly credentials?: PodCredentials };
  if (!answer.ok || !body.credentials) {
    const code = (answer.headers.get('x-amzn-errortype') ?? `HTTP ${answer.status}`).split(':')[0] ?? '';
    throw new AwsRefusal(code, body.message ?? '');
  }
  const { expiration, ...keys } = body.credentials;
  return { ...keys, expiration: new Date(expiration * 1000) };
}

interface PodCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Seconds since 1970. */
  readonly expiration: number;
}
