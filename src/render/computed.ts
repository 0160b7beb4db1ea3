import { type JsonObject, text } from '../kubernetes/json.ts';
import { arn, type Made } from './arns.ts';
import { capitals, hex, uuid } from './ids.ts';

/** What AWS adds to what a resource was asked to be, as far as Compositions read it; its id and ARN are not part of it. */
const table: Readonly<Record<string, (x: Made) => JsonObject>> = {
  'ec2/LaunchTemplate': () => ({ latestVersion: 1 }),
  'ec2/Subnet': ({ region }) => ({ availabilityZone: `${region}a` }),
  'eks/Addon': () => ({ addonVersion: 'v1.0.0-eksbuild.1' }),
  'eks/Cluster': ({ id, name, region }) => ({
    endpoint: `https://${hex(32, id, 'endpoint').toUpperCase()}.gr7.${region}.eks.amazonaws.com`,
    certificateAuthority: [{ data: Buffer.from(`certificate authority of ${name}`).toString('base64') }],
    identity: [
      {
        oidc: [{ issuer: `https://oidc.eks.${region}.amazonaws.com/id/${hex(32, id, 'oidc').toUpperCase()}` }],
      },
    ],
    vpcConfig: { clusterSecurityGroupId: `sg-0${hex(16, id, 'cluster')}` },
  }),
  'rds/Cluster': ({ id, name, region, uid, args }) => {
    const host = (kind: string) => `${name}.${kind}-c${hex(11, region)}.${region}.rds.amazonaws.com`;
    const secret = `secret:rds!cluster-${uuid(id, uid)}-${capitals(6, id, uid)}`;
    const key = arn('kms', region, `key/${uuid(region, 'aws/secretsmanager')}`);
    return {
      endpoint: host('cluster'),
      readerEndpoint: host('cluster-ro'),
      port: 5432,
      clusterResourceId: `cluster-${capitals(26, id, uid)}`,
      engineVersionActual: text(args, 'engineVersion'),
      ...(args.manageMasterUserPassword === true && {
        masterUserSecret: [
          {
            secretArn: arn('secretsmanager', region, secret),
            secretStatus: 'active',
            kmsKeyId: text(args, 'masterUserSecretKmsKeyId') ?? key,
          },
        ],
      }),
    };
  },
  'route53/Zone': ({ id }) => ({
    zoneId: id,
    nameServers: ['awsdns-01.com', 'awsdns-02.net', 'awsdns-03.org', 'awsdns-04.co.uk'].map(
      (suffix, i) => `ns-${Number.parseInt(hex(3, id, String(i)), 16) % 2048}.${suffix}`,
    ),
  }),
};

/** What AWS adds to a resource; nothing for most. */
export function computedOf(x: Made): JsonObject {
  return table[x.kind]?.(x) ?? {};
}
