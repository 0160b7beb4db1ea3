import { expect, expectTypeOf, test } from 'vitest';
import type { CompositeResource, Xr } from '../../src/crossplane/api.ts';
import { compositions } from '../../src/crossplane/composition.ts';
import { fmt, ifSet, merge, pick, unroll } from '../../src/crossplane/expressions.ts';
import type { Ref, Refs } from '../../src/crossplane/ref.ts';
import * as ec2 from '../../src/imports/ec2.aws.m.upbound.io.ts';
import * as kubernetes from '../../src/imports/kubernetes.m.crossplane.io.ts';
import { Box, Inner } from '../fixtures/api.ts';

/** What is written here is compiled and not run: `tsc` fails where an expected error does not come. */
const promises = () =>
  compositions(Box, ({ xr, compose, publish, select }) => {
    const region = xr.spec.region;
    const vpc = compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } });
    const inner = compose('inner', Inner, { spec: { mode: 'fast' } });

    // A path that the composite resource does not have.
    // @ts-expect-error
    compose('a', ec2.Vpc, { spec: { forProvider: { region, cidrBlock: xr.spec.cidrr } } });

    // A path that the resource does not have.
    // @ts-expect-error
    compose('b', ec2.Vpc, { spec: { forProvider: { region, cidrBlok: xr.spec.cidr } } });

    // A value of another type.
    // @ts-expect-error
    compose('c', ec2.Vpc, { spec: { forProvider: { region, cidrBlock: xr.spec.count } } });
    // @ts-expect-error
    compose('d', ec2.Vpc, { spec: { forProvider: { region, enableDnsSupport: 'yes' } } });

    // An optional value for a required field.
    // @ts-expect-error
    compose('e', ec2.Vpc, { spec: { forProvider: { region: xr.spec.note } } });
    // A required field that is missing.
    // @ts-expect-error
    compose('f', ec2.Vpc, { spec: { forProvider: {} } });
    // An optional value in a text, which would wait for it forever.
    // @ts-expect-error
    fmt`${xr.spec.note}-vpc`;

    // A case that is missing in pick(), and one that there is not.
    // @ts-expect-error
    pick(xr.spec.size, { small: 1 });
    // @ts-expect-error
    pick(xr.spec.dns, { true: 'on' });
    // @ts-expect-error
    pick(xr.spec.size, { small: 1, large: 2, huge: 3 });

    // A field that is not observed.
    // @ts-expect-error
    vpc.observed.identifier;
    // @ts-expect-error
    inner.observed.uri;

    // A status field of another type, or that there is not.
    // @ts-expect-error
    publish(vpc.observed.id, xr.status.ready);
    // @ts-expect-error
    publish(vpc.observed.id, xr.status.vpc);

    // A value outside the enum of a nested API: a constant, a free text, and a table's value.
    // @ts-expect-error
    compose('g', Inner, { spec: { mode: 'slow' } });
    // @ts-expect-error
    compose('h', Inner, { spec: { mode: xr.spec.cidr } });
    // @ts-expect-error
    compose('i', Inner, { spec: { mode: pick(xr.spec.size, { small: 'fast', large: 'slow' }) } });

    // A Composition that a nested API does not have.
    // @ts-expect-error
    compose('j', Inner, { spec: { mode: 'fast', crossplane: { compositionRef: { name: 'xinner-other' } } } });
    // @ts-expect-error
    Inner.composition('other');

    // A Ref is not a value.
    // @ts-expect-error
    const text: string = xr.spec.cidr;
    // @ts-expect-error
    xr.spec.cidr.length;

    // What is meant to compile.
    compose('k', ec2.Vpc, {
      metadata: { annotations: { 'crossplane.io/external-name': fmt`${xr.metadata.namespace}-${xr.metadata.name}` } },
      spec: {
        forProvider: {
          region,
          cidrBlock: xr.spec.note,
          enableDnsSupport: xr.spec.dns,
          instanceTenancy: pick(xr.spec.size, { small: 'default', large: 'dedicated' }),
          tags: merge(xr.spec.tags, { Name: fmt`${xr.metadata.name}-${xr.spec.count}` }),
        },
        managementPolicies: ['Observe', ec2.VpcSpecManagementPolicies.CREATE],
      },
    });
    compose('l', ec2.Subnet, { spec: { forProvider: { region, vpcIdSelector: select(vpc), vpcId: vpc.observed.id } } });
    compose('m', Inner, {
      spec: {
        mode: pick(xr.spec.size, { small: 'fast', large: 'safe' }),
        crossplane: {
          compositionRef: { name: ifSet(xr.spec.note, Inner.composition('plain'), Inner.composition('guarded')) },
        },
      },
    });
    compose('n', kubernetes.Object, {
      spec: {
        forProvider: {
          manifest: { kind: 'Namespace', metadata: { name: xr.spec.cidr }, list: [{ a: xr.spec.count }] },
        },
      },
    });
    publish(vpc.observed.id, xr.status.vpcId);
    return text;
  });

test('the promises of the types are compiled', () => {
  expect(promises).toBeTypeOf('function');
});

test('a field below an optional one is optional, a defaulted one is not', () => {
  expectTypeOf<Xr<typeof Box>['spec']['note']>().toExtend<Ref<string | undefined>>();
  expectTypeOf<Xr<typeof Box>['spec']['note']>().not.toExtend<Ref<string>>();
  expectTypeOf<Xr<typeof Box>['spec']['cidr']>().toExtend<Ref<string>>();
  expectTypeOf<Refs<{ a?: { b: string } }>['a']['b']>().not.toExtend<Ref<string>>();
});

test('an item of a list may be absent, an unrolled one is there', () => {
  expectTypeOf<Xr<typeof Box>['spec']['zones'][0]['name']>().not.toExtend<Ref<string>>();
  const items = (xr: Xr<typeof Box>) => unroll(xr.spec.zones, 2);
  expectTypeOf<ReturnType<typeof items>[number]['name']>().toExtend<Ref<string>>();
});

test('the names of Compositions are known', () => {
  expectTypeOf(Inner.composition('plain')).toEqualTypeOf<'xinner-plain'>();
  expectTypeOf<CompositeResource<typeof Box.spec, typeof Box.status>['spec']['size']>().toEqualTypeOf<
    'small' | 'large'
  >();
});
