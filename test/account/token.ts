import { createHash, createHmac } from 'node:crypto';
import type { AwsKeys } from '../../src/local/account/clients.ts';
import { region } from './account.ts';

/** What is odd about a token. */
export interface Odd {
  readonly action?: string;
  /** When it was made. */
  readonly at?: Date;
  /** The cluster's name in the signed header; null leaves the header out. */
  readonly cluster?: string | null;
  /** The secret that signs. */
  readonly secret?: string;
  readonly region?: string;
}

const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/**
 * A token for a cluster as aws-iam-authenticator makes it: a call of GetCallerIdentity, presigned by AWS Signature
 * Version 4 with the header x-k8s-aws-id, as `k8s-aws-v1.` and its URL in base64url.
 */
export function clusterToken(keys: AwsKeys, cluster: string, odd: Odd = {}): string {
  const where = odd.region ?? region;
  const host = `sts.${where}.amazonaws.com`;
  const date = (odd.at ?? new Date()).toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = [date.slice(0, 8), where, 'sts', 'aws4_request'];
  const named = odd.cluster === undefined ? cluster : odd.cluster;
  const headers: readonly (readonly [string, string])[] =
    named === null
      ? [['host', host]]
      : [
          ['host', host],
          ['x-k8s-aws-id', named],
        ];
  const signed = headers.map(([name]) => name).join(';');
  const query = Object.entries({
    Action: odd.action ?? 'GetCallerIdentity',
    Version: '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': [keys.accessKeyId, ...scope].join('/'),
    'X-Amz-Date': date,
    'X-Amz-Expires': '60',
    ...(keys.sessionToken === undefined ? {} : { 'X-Amz-Security-Token': keys.sessionToken }),
    'X-Amz-SignedHeaders': signed,
  })
    .map(pair => pair.map(encodeURIComponent).join('='))
    .sort()
    .join('&');
  const canonical = ['GET', '/', query, ...headers.map(pair => pair.join(':')), '', signed, sha('')].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${odd.secret ?? keys.secretAccessKey}`);
  const url = `https://${host}/?${query}&X-Amz-Signature=${hmac(key, text).toString('hex')}`;
  return `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`;
}
