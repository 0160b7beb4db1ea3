import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { provider, terraform } from '../../../src/local/provider-aws/trim.ts';

const controller = (...types: string[]) =>
  `package c\n\nfunc Setup() {\n${types.map(type => `\t_ = o.Provider.Resources["${type}"]\n`).join('')}}\n`;

const registration = (scope: string, kinds: readonly string[]) =>
  `package apis\n\nimport (\n${kinds.map(kind => `\t${kind.replaceAll('/', '')} "${provider}/apis/${scope}/${kind}"\n`).join('')})\n\nfunc init() {\n\tall(\n${kinds.map(kind => `\t\t${kind.replaceAll('/', '')}.SchemeBuilder.AddToScheme,\n`).join('')}\t)\n}\n`;

const setup = (scope: string, controllers: readonly string[]) =>
  `package controller\n\nimport (\n${controllers.map(one => `\t${one.replaceAll('/', '')} "${provider}/internal/controller/${scope}/${one}"\n`).join('')})\n\nfunc init() {\n\tall(\n${controllers.map(one => `\t\t${one.replaceAll('/', '')}.Setup,\n`).join('')}\t)\n}\n`;

const empty = 'package p\n';

/** A provider of three services, written as the real one is. */
const providerFiles: Readonly<Record<string, string>> = {
  'go.mod': 'module p\n',
  'README.md': '',
  'cmd/provider/monolith/main.go': `package main

import (
	"${provider}/apis/cluster"
	"${provider}/apis/namespaced"
	"${provider}/config"
	"${provider}/internal/controller/cluster"
	"${provider}/internal/controller/namespaced"
)
`,
  'cmd/provider/ec2/main.go': empty,
  'config/schema.json': '{}',
  'config/config.go': `package config\n\nimport _ "embed"\n`,
  'config/config_test.go': empty,
  'apis/cluster/zz_register.go': registration('cluster', ['ec2/v1beta1', 'v1beta1']),
  'apis/cluster/ec2/v1beta1/types.go': empty,
  'apis/cluster/v1beta1/types.go': empty,
  'apis/namespaced/zz_register.go': registration('namespaced', [
    'ec2/v1beta1',
    'events/v1beta1',
    'sns/v1beta1',
    'v1beta1',
  ]),
  'apis/namespaced/ec2/v1beta1/types.go': empty,
  'apis/namespaced/events/v1beta1/types.go': empty,
  'apis/namespaced/sns/v1beta1/types.go': empty,
  'apis/namespaced/v1beta1/types.go': empty,
  'internal/controller/cluster/zz_monolith_setup.go': setup('cluster', ['ec2/vpc', 'providerconfig']),
  'internal/controller/cluster/zz_ec2_setup.go': setup('cluster', ['ec2/vpc']),
  'internal/controller/cluster/ec2/vpc/zz_controller.go': controller('aws_vpc'),
  'internal/controller/cluster/providerconfig/config.go': empty,
  'internal/controller/namespaced/zz_monolith_setup.go': setup('namespaced', [
    'ec2/vpc',
    'events/rule',
    'providerconfig',
    'sns/topic',
  ]),
  'internal/controller/namespaced/zz_ec2_setup.go': setup('namespaced', ['ec2/vpc']),
  'internal/controller/namespaced/ec2/vpc/zz_controller.go': controller('aws_vpc', 'aws_vpc'),
  'internal/controller/namespaced/events/rule/zz_controller.go': controller('aws_cloudwatch_event_rule'),
  'internal/controller/namespaced/sns/topic/zz_controller.go': controller('aws_sns_topic'),
  'internal/controller/namespaced/providerconfig/config.go': empty,
};

const servicePackage = (type: string, imports = '', body = '') =>
  `package s\n\n${imports}var p = []T{{\n\t\t\tTypeName: "${type}",\n}}\n${body}`;

const client = (name: string) =>
  `func (c *AWSClient) ${name}Client(ctx context.Context) *${name.toLowerCase()}.Client {\n\treturn client(ctx)\n}\n`;

const names = ['ec2', 'cloudwatch', 'events', 'organizations', 'sns', 'sts'];

/** A Terraform provider in which one service calls another, and one asks for a token. */
const terraformFiles: Readonly<Record<string, string>> = {
  'go.mod': 'module t\n',
  'website/docs.md': '',
  'xpprovider/x.go': `package x\n\nimport (\n\t"${terraform}/internal/provider/sdkv2"\n\t"${terraform}/internal/conns"\n)\n`,
  'internal/provider/sdkv2/service_packages_gen.go': `package sdkv2\n\nimport (\n\t"context"\n\n${names.map(name => `\t"${terraform}/internal/service/${name}"\n`).join('')})\n\nfunc all(ctx context.Context) {\n\tv := []any{\n${names.map(name => `\t\t${name}.ServicePackage(ctx),\n`).join('')}\t}\n}\n`,
  'internal/conns/awsclient_gen.go': `package conns\n\nimport (\n\t"context"\n\n${names.map(name => `\t"github.com/aws/aws-sdk-go-v2/service/${name}"\n`).join('')})\n\n${['EC2', 'CloudWatch', 'Events', 'Organizations', 'SNS', 'STS'].map(client).join('\n')}`,
  'internal/service/smarterr.hcl': '',
  'internal/service/cloudwatch/smarterr.hcl': '',
  'internal/service/cloudwatch/service_package_gen.go': servicePackage('aws_cloudwatch_dashboard'),
  'internal/service/ec2/service_package_gen.go': servicePackage(
    'aws_vpc',
    `import "${terraform}/internal/service/organizations"\n\n`,
    'var a = c.EC2Client(ctx)\nvar b = c.OrganizationsClient(ctx)\n',
  ),
  'internal/service/ec2/sweep.go': 'package s\n\nvar a = c.SNSClient(ctx)\n',
  'internal/service/ec2/vpc_test.go': 'package s\n\nvar a = c.SNSClient(ctx)\n',
  'internal/service/events/service_package_gen.go': servicePackage(
    'aws_cloudwatch_event_rule',
    '',
    'var a = c.EventsClient(ctx)\n',
  ),
  'internal/service/organizations/service_package_gen.go': servicePackage('aws_organizations_account'),
  'internal/service/sns/service_package_gen.go': servicePackage('aws_sns_topic', '', 'var a = c.SNSClient(ctx)\n'),
  'internal/service/sts/service_package_gen.go': servicePackage('none', '', 'var a = c.STSClient(ctx)\n'),
};

/** Writes small modules in the place of the provider and the Terraform provider, and says where. */
export function smallModules(changed: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> {
  const root = mkdtempSync(join(tmpdir(), 'provider-aws-'));
  return new Map(
    [[provider, { ...providerFiles, ...changed }] as const, [terraform, terraformFiles] as const].map(
      ([module, files], index) => {
        const folder = join(root, String(index));
        for (const [file, text] of Object.entries(files)) {
          mkdirSync(dirname(join(folder, file)), { recursive: true });
          writeFileSync(join(folder, file), text);
        }
        return [module, folder];
      },
    ),
  );
}
