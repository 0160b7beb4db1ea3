import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BudgetsClient } from '@aws-sdk/client-budgets';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DLMClient } from '@aws-sdk/client-dlm';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EKSClient } from '@aws-sdk/client-eks';
import { ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { RDSClient } from '@aws-sdk/client-rds';
import { Route53Client } from '@aws-sdk/client-route-53';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';

// On standard error, where it is no answer to anything that was asked, the SDK would say that it is going to want Node 22.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** Keys of AWS. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The keys of one that nobody issued keys to: the account's administrator. */
export const anyKeys: AwsKeys = { accessKeyId: 'x', secretAccessKey: 'x' };

/** A client of AWS's SDK for each service that is used here, made when it is asked for. */
export function awsClients(address: string, region: string, credentials: AwsKeys = anyKeys) {
  // Refusals are what is looked for, so nothing is tried again behind anybody's back.
  const settings = { endpoint: address, region, credentials, maxAttempts: 1 };
  const made = new Map<string, unknown>();
  const once = <T>(name: string, make: () => T): T => {
    if (!made.has(name)) made.set(name, make());
    return made.get(name) as T;
  };
  return {
    get budgets() {
      return once('budgets', () => new BudgetsClient(settings));
    },
    get dlm() {
      return once('dlm', () => new DLMClient(settings));
    },
    get ec2() {
      return once('ec2', () => new EC2Client(settings));
    },
    get ecr() {
      return once('ecr', () => new ECRClient(settings));
    },
    get eks() {
      return once('eks', () => new EKSClient(settings));
    },
    get elb() {
      return once('elb', () => new ElasticLoadBalancingClient(settings));
    },
    get events() {
      return once('events', () => new EventBridgeClient(settings));
    },
    get iam() {
      return once('iam', () => new IAMClient(settings));
    },
    get kms() {
      return once('kms', () => new KMSClient(settings));
    },
    get logs() {
      return once('logs', () => new CloudWatchLogsClient(settings));
    },
    get rds() {
      return once('rds', () => new RDSClient(settings));
    },
    get route53() {
      return once('route53', () => new Route53Client(settings));
    },
    get secrets() {
      return once('secrets', () => new SecretsManagerClient(settings));
    },
    get sqs() {
      return once('sqs', () => new SQSClient(settings));
    },
    get ssm() {
      return once('ssm', () => new SSMClient(settings));
    },
    get sts() {
      return once('sts', () => new STSClient(settings));
    },
  };
}

export type AwsClients = ReturnType<typeof awsClients>;

/** The keys of a profile (`default`, `crossplane`) in an account's folder. Throws if the account has not begun. */
export async function keysOf(folder: string, profile: string): Promise<AwsKeys> {
  const file = join(folder, 'credentials');
  const text = await readFile(file, 'utf8');
  const section = text.split(/^\[/m).find(part => part.startsWith(`${profile}]`));
  if (section === undefined) throw new Error(`${file} has no profile ${profile}`);
  const value = (name: string) => new RegExp(`^${name} = (.*)$`, 'm').exec(section)?.[1];
  const sessionToken = value('aws_session_token');
  return {
    accessKeyId: value('aws_access_key_id') ?? '',
    secretAccessKey: value('aws_secret_access_key') ?? '',
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}
