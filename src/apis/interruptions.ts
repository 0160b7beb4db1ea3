import { z } from 'zod';
import { providerConfigRef } from './account.ts';
import { api } from './group.ts';
import { region, tags } from './network.ts';

export const Interruptions = api({
  kind: 'XInterruptions',
  plural: 'xinterruptions',
  categories: ['platform'],
  description: 'A queue that is told when EC2 takes instances away, or is about to.',
  longestName: 24,
  spec: z.object({ region, tags, providerConfigRef }),
  status: z.object({
    queueArn: z.string().describe('arn:aws:sqs:…'),
    queueName: z.string().describe('The name of the queue.'),
  }),
  columns: xr => [
    { name: 'REGION', of: xr.spec.region },
    { name: 'QUEUE', of: xr.status.queueName },
  ],
});
