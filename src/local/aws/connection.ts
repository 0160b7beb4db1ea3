import type { Resource } from './account.ts';
import { observed } from './computed.ts';

/** The details that go to the connection Secret of a kind; none for most. Sources: config/namespaced of provider-aws v2.5.0. */
export function connectionOf(resource: Resource): Readonly<Record<string, string>> {
  const seen = observed(resource);
  const some = (fields: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([key, field]) => {
        const value = seen[field];
        return typeof value === 'string' || typeof value === 'number' ? [[key, String(value)]] : [];
      }),
    );
  if (resource.kind === 'rds/Cluster') {
    return some({
      endpoint: 'endpoint',
      reader_endpoint: 'readerEndpoint',
      master_username: 'masterUsername',
      port: 'port',
    });
  }
  return resource.kind === 'sqs/Queue' ? some({ url: 'url' }) : {};
}
