import { describe, expect, it } from 'vitest';
import { child, type JsonObject } from '../../../src/kubernetes/json.ts';
import { Ground, resource } from './fixtures.ts';

const region = 'af-south-1';
const vpc = { forProvider: { region, cidrBlock: '10.0.0.0/16', tags: { Name: 'a' } } };
const annotations = (object: JsonObject) => child(object, 'metadata', 'annotations');
const observed = (object: JsonObject) => child(object, 'status', 'atProvider');

describe('a managed resource', () => {
  it('comes up: finalizer, external name, observed values, conditions, tags of the provider', async () => {
    const ground = new Ground();
    ground.apply('ec2/VPC', 'v', vpc);
    await ground.step('ec2/VPC', 'v');
    expect(ground.condition('ec2/VPC', 'v', 'Ready')).toBe('False Creating');
    expect(ground.condition('ec2/VPC', 'v', 'AsyncOperation')).toBe('False Ongoing');
    expect(annotations(ground.get('ec2/VPC', 'v'))['crossplane.io/external-name']).toBeUndefined();

    await ground.settle('ec2/VPC', 'v');
    const done = ground.get('ec2/VPC', 'v');
    const id = String(observed(done).id);
    expect(id).toMatch(/^vpc-[0-9a-f]{17}$/);
    expect(annotations(done)['crossplane.io/external-name']).toBe(id);
    expect(child(done, 'metadata').finalizers).toEqual(['finalizer.managedresource.crossplane.io']);
    expect(observed(done)).toMatchObject({
      arn: `arn:aws:ec2:${region}:123456789012:vpc/${id}`,
      cidrBlock: '10.0.0.0/16',
      enableDnsSupport: true,
      tagsAll: { Name: 'a', 'crossplane-kind': 'vpc.ec2.aws.m.upbound.io', 'crossplane-name': 'v' },
    });
    expect(ground.condition('ec2/VPC', 'v', 'Ready')).toBe('True Available');
    expect(ground.condition('ec2/VPC', 'v', 'Synced')).toBe('True ReconcileSuccess');
    expect(ground.condition('ec2/VPC', 'v', 'LastAsyncOperation')).toBe('True Success');
    expect(ground.events).toEqual([
      'Normal CreatedExternalResource: Successfully requested creation of external resource',
    ]);
  });

  it('is not written to at a poll that finds nothing new', async () => {
    const ground = new Ground();
    ground.apply('ec2/VPC', 'v', vpc);
    await ground.settle('ec2/VPC', 'v');
    const before = ground.writes;
    ground.clock.pass(600);
    await ground.settle('ec2/VPC', 'v');
    expect(ground.writes).toBe(before);
  });

  it('says nothing while the provider waits for a creation, and is named only after it', async () => {
    const ground = new Ground();
    ground.apply('ec2/InternetGateway', 'g', { forProvider: { region } });
    const next = await ground.step('ec2/InternetGateway', 'g');
    expect(next).toEqual({ at: ground.clock.now() + 2000 });
    expect(ground.condition('ec2/InternetGateway', 'g', 'Ready')).toBe('none');
    await ground.settle('ec2/InternetGateway', 'g');
    expect(ground.condition('ec2/InternetGateway', 'g', 'Ready')).toBe('True Available');
  });

  it('waits for what it refers to, with the runtime’s message, and takes the value when it is there', async () => {
    const ground = new Ground();
    ground.apply('ec2/Subnet', 's', { forProvider: { region, cidrBlock: '10.0.0.0/24', vpcIdRef: { name: 'v' } } });
    expect(await ground.step('ec2/Subnet', 's')).toBe('backoff');
    expect(ground.condition('ec2/Subnet', 's', 'Synced')).toBe(
      'False ReconcileError cannot resolve references: mg.Spec.ForProvider.VPCID: cannot get referenced resource: VPC.ec2.aws.m.upbound.io "v" not found',
    );
    ground.apply('ec2/VPC', 'v', vpc);
    expect(await ground.step('ec2/Subnet', 's')).toBe('backoff');
    expect(ground.condition('ec2/Subnet', 's', 'Synced')).toContain('referenced field was empty');
    expect(ground.account.size).toBe(0);
    await ground.settle('ec2/VPC', 'v');
    await ground.settle('ec2/Subnet', 's');
    expect(observed(ground.get('ec2/Subnet', 's')).vpcId).toBe(observed(ground.get('ec2/VPC', 'v')).id);
    expect(child(ground.get('ec2/Subnet', 's'), 'spec', 'forProvider').vpcIdRef).toEqual({ name: 'v' });
  });

  it('is found again by its name, and not made twice', async () => {
    const ground = new Ground();
    const spec = { forProvider: { assumeRolePolicy: '{}' } };
    ground.apply('iam/Role', 'r', spec, { uid: 'first' });
    await ground.settle('iam/Role', 'r');
    const arn = observed(ground.get('iam/Role', 'r')).arn;
    // The cluster is made anew; the account is the same.
    const again = new Ground();
    for (const one of ground.account.all()) again.account.put(one);
    again.apply('iam/Role', 'r', spec, { uid: 'second' });
    await again.settle('iam/Role', 'r');
    expect(observed(again.get('iam/Role', 'r')).arn).toBe(arn);
    expect(again.account.size).toBe(1);
  });

  it('is found again after a crash between AWS and the annotation', async () => {
    const ground = new Ground();
    ground.apply('ec2/InternetGateway', 'g', { forProvider: { region } });
    await ground.step('ec2/InternetGateway', 'g');
    const [made] = ground.account.all();
    ground.clock.pass(60);
    await ground.settle('ec2/InternetGateway', 'g');
    expect(ground.account.all().map(({ id }) => id)).toEqual([made?.id]);
  });

  it('comes back with a new id when it is deleted behind its back', async () => {
    const ground = new Ground();
    ground.apply('ec2/VPC', 'v', vpc);
    await ground.settle('ec2/VPC', 'v');
    const id = String(observed(ground.get('ec2/VPC', 'v')).id);
    ground.account.remove({ kind: 'ec2/VPC', region, id });
    await ground.settle('ec2/VPC', 'v');
    const again = ground.get('ec2/VPC', 'v');
    expect(observed(again).id).toMatch(/^vpc-/);
    expect(observed(again).id).not.toBe(id);
    expect(annotations(again)['crossplane.io/external-name']).toBe(observed(again).id);
  });

  it('has drift mended, and follows its spec, an argument that goes included', async () => {
    const ground = new Ground();
    ground.apply('ec2/VPC', 'v', { forProvider: { ...vpc.forProvider, enableDnsHostnames: true } });
    await ground.settle('ec2/VPC', 'v');
    const [made] = ground.account.all();
    if (!made) throw new Error('nothing was made');
    ground.account.put({ ...made, asked: { ...made.asked, enableDnsHostnames: false } });
    await ground.settle('ec2/VPC', 'v');
    expect(ground.account.all()[0]?.asked.enableDnsHostnames).toBe(true);

    const object = ground.get('ec2/VPC', 'v');
    const { enableDnsHostnames: _, ...args } = child(object, 'spec', 'forProvider');
    ground.store.remove('ec2/VPC', object);
    ground.store.put('ec2/VPC', { ...object, spec: { forProvider: args } });
    await ground.settle('ec2/VPC', 'v');
    expect(ground.account.all()[0]?.asked.enableDnsHostnames).toBeUndefined();
    expect(ground.events.filter(event => event.includes('UpdatedExternalResource'))).toHaveLength(2);
  });

  it('keeps what spec.initProvider gave it, whatever becomes of that later', async () => {
    const ground = new Ground();
    const spec = {
      forProvider: { region, clusterName: 'c', nodeRoleArn: 'arn:aws:iam::1:role/r', scalingConfig: { maxSize: 3 } },
      initProvider: { scalingConfig: { desiredSize: 2 } },
    };
    ground.account.put(resource('eks/Cluster', 'c'));
    ground.apply('eks/NodeGroup', 'ng', spec);
    await ground.settle('eks/NodeGroup', 'ng');
    ground.apply('eks/NodeGroup', 'ng', { initProvider: { scalingConfig: { desiredSize: 5 } } });
    await ground.settle('eks/NodeGroup', 'ng');
    expect(ground.account.find('eks/NodeGroup', region, 'c:ng')?.asked.scalingConfig).toEqual({
      maxSize: 3,
      desiredSize: 2,
    });
  });

  it('refuses a change that AWS cannot make in place', async () => {
    const ground = new Ground();
    ground.apply('ec2/VPC', 'v', vpc);
    await ground.settle('ec2/VPC', 'v');
    ground.apply('ec2/VPC', 'v', { forProvider: { cidrBlock: '10.1.0.0/16' } });
    expect(await ground.step('ec2/VPC', 'v')).toBe('backoff');
    expect(ground.condition('ec2/VPC', 'v', 'Synced')).toContain(
      'cannot change the value of the argument "cidr_block" from "10.0.0.0/16" to "10.1.0.0/16"',
    );
    expect(ground.condition('ec2/VPC', 'v', 'Ready')).toBe('True Available');
  });
});

describe('deletion', () => {
  it('ends in AWS first, in its time, and then in Kubernetes', async () => {
    const ground = new Ground();
    ground.apply('ec2/VPC', 'v', vpc);
    await ground.settle('ec2/VPC', 'v');
    ground.delete('ec2/VPC', 'v');
    await ground.step('ec2/VPC', 'v');
    expect(ground.condition('ec2/VPC', 'v', 'Ready')).toBe('False Deleting');
    expect(child(ground.get('ec2/VPC', 'v'), 'metadata').finalizers).toHaveLength(1);
    await ground.settle('ec2/VPC', 'v');
    expect(child(ground.get('ec2/VPC', 'v'), 'metadata').finalizers).toEqual([]);
    expect(ground.account.size).toBe(0);
  });

  it('is refused while something is inside, in AWS’s words, and goes on when that is gone', async () => {
    const ground = new Ground();
    ground.apply('ec2/VPC', 'v', vpc);
    await ground.settle('ec2/VPC', 'v');
    ground.apply('ec2/Subnet', 's', { forProvider: { region, cidrBlock: '10.0.0.0/24', vpcIdRef: { name: 'v' } } });
    await ground.settle('ec2/Subnet', 's');
    ground.delete('ec2/VPC', 'v');
    expect(await ground.step('ec2/VPC', 'v')).toBe('backoff');
    expect(ground.condition('ec2/VPC', 'v', 'Synced')).toMatch(
      /^False ReconcileError delete failed: async delete failed: failed to delete the resource: .*DeleteVpc.*api error DependencyViolation: The vpc 'vpc-\w+' has dependencies and cannot be deleted/,
    );
    const writes = ground.writes;
    await ground.step('ec2/VPC', 'v');
    expect(ground.writes, 'a retry that fails alike writes nothing').toBe(writes);
    ground.delete('ec2/Subnet', 's');
    await ground.settle('ec2/Subnet', 's');
    await ground.settle('ec2/VPC', 'v');
    expect(ground.account.size).toBe(0);
  });

  it('waits while others have a finalizer on it', async () => {
    const ground = new Ground();
    ground.apply('ec2/VPC', 'v', vpc);
    await ground.settle('ec2/VPC', 'v');
    const finalizers = ['finalizer.managedresource.crossplane.io', 'someone.else'];
    ground.apply('ec2/VPC', 'v', {}, { finalizers, deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect(await ground.step('ec2/VPC', 'v')).toBe('backoff');
    expect(ground.account.all()[0]?.state).toBe('available');
  });

  it('leaves in AWS what the policies do not let it delete', async () => {
    const ground = new Ground();
    ground.apply('ec2/VPC', 'v', { ...vpc, managementPolicies: ['Observe', 'Create', 'Update', 'LateInitialize'] });
    await ground.settle('ec2/VPC', 'v');
    ground.delete('ec2/VPC', 'v');
    await ground.settle('ec2/VPC', 'v');
    expect(child(ground.get('ec2/VPC', 'v'), 'metadata').finalizers).toEqual([]);
    expect(ground.account.size).toBe(1);
  });
});

describe('management policies and pause', () => {
  it.each([
    ['the pause annotation', {}, { annotations: { 'crossplane.io/paused': 'true' } }, 'False ReconcilePaused'],
    ['no policy at all', { managementPolicies: [] }, {}, 'False ReconcilePaused'],
    ['a combination that is not supported', { managementPolicies: ['Create'] }, {}, 'False ReconcileError `spec.'],
    [
      'only observing what is not there',
      { managementPolicies: ['Observe'] },
      { annotations: { 'crossplane.io/external-name': 'vpc-0' } },
      'False ReconcileError observe failed: external resource does not exist',
    ],
  ])('with %s nothing is made', async (_, spec, metadata, condition) => {
    const ground = new Ground();
    ground.apply('ec2/VPC', 'v', { ...vpc, ...spec }, metadata);
    await ground.settle('ec2/VPC', 'v');
    expect(ground.condition('ec2/VPC', 'v', 'Synced')).toContain(condition);
    expect(ground.account.size).toBe(0);
  });

  it('only observing shows what is there and leaves it as it is', async () => {
    const ground = new Ground();
    ground.apply('ec2/VPC', 'v', vpc);
    await ground.settle('ec2/VPC', 'v');
    const id = String(observed(ground.get('ec2/VPC', 'v')).id);
    const spec = { managementPolicies: ['Observe'], forProvider: { region } };
    ground.apply('ec2/VPC', 'seen', spec, { annotations: { 'crossplane.io/external-name': id } });
    await ground.settle('ec2/VPC', 'seen');
    expect(observed(ground.get('ec2/VPC', 'seen')).cidrBlock).toBe('10.0.0.0/16');
    expect(ground.condition('ec2/VPC', 'seen', 'Ready')).toBe('True Available');
  });
});

describe('faults', () => {
  it('shows the provider’s message and tries again', async () => {
    const ground = new Ground();
    ground.faults.push({ kind: 'ec2/VPC', operation: 'create', code: 'VpcLimitExceeded', count: 1 });
    ground.apply('ec2/VPC', 'v', vpc);
    expect(await ground.step('ec2/VPC', 'v')).toBe('backoff');
    expect(ground.condition('ec2/VPC', 'v', 'Synced')).toMatch(
      /^False ReconcileError create failed: async create failed: failed to create the resource: \[\{0 creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 400, RequestID: [0-9a-f-]{36}, api error VpcLimitExceeded: The maximum number of VPCs has been reached\. {2}\[\]\}\]$/,
    );
    expect(ground.condition('ec2/VPC', 'v', 'LastAsyncOperation')).toContain('False AsyncCreateFailure');
    await ground.settle('ec2/VPC', 'v');
    expect(ground.condition('ec2/VPC', 'v', 'Ready')).toBe('True Available');
    expect(ground.condition('ec2/VPC', 'v', 'LastAsyncOperation')).toBe('True Success');
  });

  it('lets a creation fail after its time', async () => {
    const ground = new Ground();
    ground.faults.push({ kind: 'ec2/VPC', operation: 'create', code: 'InternalFailure', count: 1, late: true });
    ground.apply('ec2/VPC', 'v', vpc);
    await ground.step('ec2/VPC', 'v');
    expect(ground.condition('ec2/VPC', 'v', 'Synced')).toBe('True ReconcileSuccess');
    expect(await ground.settle('ec2/VPC', 'v')).toBe('backoff');
    expect(ground.condition('ec2/VPC', 'v', 'Synced')).toContain('InternalFailure');
    expect(ground.account.size).toBe(0);
  });

  it.each(['observe', 'update', 'delete'] as const)('meets one at %s', async operation => {
    const ground = new Ground();
    ground.apply('ec2/VPC', 'v', vpc);
    await ground.settle('ec2/VPC', 'v');
    ground.faults.push({ kind: 'ec2/VPC', operation, code: 'AccessDenied', count: 1 });
    if (operation === 'delete') ground.delete('ec2/VPC', 'v');
    else ground.apply('ec2/VPC', 'v', { forProvider: { enableDnsHostnames: true } });
    expect(await ground.step('ec2/VPC', 'v')).toBe('backoff');
    expect(ground.condition('ec2/VPC', 'v', 'Synced')).toMatch(
      new RegExp(
        `^False ReconcileError ${operation} failed: .*UnauthorizedOperation: .* is not authorized to perform: ec2:`,
      ),
    );
  });
});

describe('connection Secrets', () => {
  it('hold a database’s endpoint', async () => {
    const ground = new Ground();
    const forProvider = { region, engine: 'aurora-postgresql', masterUsername: 'root' };
    ground.apply('rds/Cluster', 'db', { forProvider, writeConnectionSecretToRef: { name: 'db' } });
    await ground.settle('rds/Cluster', 'db');
    expect(ground.secrets.get('team-a/db')).toEqual({
      endpoint: expect.stringMatching(/^db\.cluster-\w+\.af-south-1\.rds\.amazonaws\.com$/),
      reader_endpoint: expect.stringMatching(/^db\.cluster-ro-\w+\./),
      master_username: 'root',
      port: '5432',
    });
  });

  it('hold the kubeconfig of an EKS cluster, once it is active', async () => {
    const ground = new Ground();
    ground.apply('eks/ClusterAuth', 'c', {
      forProvider: { region, clusterNameRef: { name: 'c' } },
      writeConnectionSecretToRef: { name: 'c-kubeconfig' },
    });
    ground.apply('eks/Cluster', 'c', { forProvider: { region, roleArn: 'arn:aws:iam::1:role/r' } });
    await ground.step('eks/Cluster', 'c');
    expect(await ground.step('eks/ClusterAuth', 'c')).toBe('backoff');
    expect(ground.secrets.size).toBe(0);
    await ground.settle('eks/Cluster', 'c');
    await ground.step('eks/ClusterAuth', 'c');
    expect(ground.secrets.get('team-a/c-kubeconfig')?.kubeconfig).toBe('kubeconfig of c');
    expect(ground.condition('eks/ClusterAuth', 'c', 'Ready')).toBe('True Available');
  });
});
