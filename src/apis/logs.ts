import { z } from 'zod';

/** How many days CloudWatch keeps logs, of the numbers that it takes. */
export const retentionDays = z.literal([1, 3, 5, 7, 14, 30, 60, 90, 180, 365]).default(30);
