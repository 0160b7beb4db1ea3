import { Interruptions } from './apis/interruptions.ts';
import { compositions } from './crossplane/composition.ts';
import { fmt, json, merge } from './crossplane/expressions.ts';
import * as events from './imports/cloudwatchevents.aws.m.upbound.io.ts';
import * as sqs from './imports/sqs.aws.m.upbound.io.ts';
import { named } from './names.ts';

/** What EC2 tells of its instances (docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-interruptions.html and the pages beside it). */
const told = {
  health: { source: 'aws.health', type: 'AWS Health Event' },
  spot: { source: 'aws.ec2', type: 'EC2 Spot Instance Interruption Warning' },
  advice: { source: 'aws.ec2', type: 'EC2 Instance Rebalance Recommendation' },
  state: { source: 'aws.ec2', type: 'EC2 Instance State-change Notification' },
} as const;

/** A queue that EventBridge fills with what EC2 tells of its instances. */
export const interruptions = compositions(Interruptions, ({ xr, compose, publish, handDown }) => {
  handDown(xr.spec.providerConfigRef);
  const { region } = xr.spec;
  const identity = fmt`${xr.metadata.namespace}_${xr.metadata.name}`;
  const tags = merge(xr.spec.tags, { Name: identity });

  const queue = compose('queue', sqs.Queue, {
    spec: {
      // Who is late by five minutes need not be told any more.
      forProvider: { region, name: identity, messageRetentionSeconds: 300, sqsManagedSseEnabled: true, tags },
    },
  });
  const { arn } = queue.observed;
  publish(arn, xr.status.queueArn);
  publish(queue.observed.name, xr.status.queueName);

  compose('queue-policy', sqs.QueuePolicy, {
    spec: {
      forProvider: {
        region,
        queueUrl: queue.observed.id,
        policy: json({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: ['events.amazonaws.com', 'sqs.amazonaws.com'] },
              Action: 'sqs:SendMessage',
              Resource: arn,
            },
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 'sqs:*',
              Resource: arn,
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        }),
      },
    },
  });

  // The one that AWS's own services write to.
  const eventBusName = 'default';
  for (const [name, { source, type }] of Object.entries(told)) {
    const rule = fmt`${identity}_${name}`;
    const { observed } = compose(`rule-${name}`, events.Rule, {
      metadata: named(rule),
      spec: {
        forProvider: {
          region,
          eventBusName,
          eventPattern: JSON.stringify({ source: [source], 'detail-type': [type] }),
          tags,
        },
      },
    });
    compose(
      `target-${name}`,
      events.Target,
      { spec: { forProvider: { region, eventBusName, rule, targetId: 'queue', arn } } },
      { after: [observed.arn] },
    );
  }
});
