import { Zone } from './apis/zone.ts';
import { compositions } from './crossplane/composition.ts';
import { fmt, merge, pick } from './crossplane/expressions.ts';
import * as route53 from './imports/route53.aws.m.upbound.io.ts';

/** The hosted zone of one domain. */
export const zone = compositions(Zone, ({ xr, compose, publish, handDown }) => {
  handDown(xr.spec.providerConfigRef);
  const identity = fmt`${xr.metadata.namespace}/${xr.metadata.name}`;
  const { observed } = compose('zone', route53.Zone, {
    spec: {
      forProvider: {
        name: xr.spec.domain,
        comment: fmt`Made by ZoneClaim ${identity}`,
        forceDestroy: pick(xr.spec.records, { Keep: false, Delete: true }),
        tags: merge(xr.spec.tags, { Name: identity }),
      },
    },
  });
  publish(observed.zoneId, xr.status.zoneId);
  publish(observed.arn, xr.status.arn);
  publish(observed.nameServers, xr.status.nameServers);
});
