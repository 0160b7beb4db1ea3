import { getPath, type Path } from './crossplane/path.ts';

/** Something that one manifest alone can be or have. */
interface Single {
  readonly key: readonly unknown[];
  /** Where a second manifest says so. */
  readonly path: Path;
  /** What a second manifest is told, `where` being the place of the first. */
  readonly told: (where: string) => string;
}

/** What a manifest is or has that no other may be or have, too: its name, and the one access of a principal to a cluster. */
export function singlesOf(value: unknown): readonly Single[] {
  const at = (...path: Path): unknown => getPath(value, path);
  const [kind, name, namespace] = [at('kind'), at('metadata', 'name'), at('metadata', 'namespace')];
  if (typeof name !== 'string' || typeof kind !== 'string') return [];
  const place = typeof namespace === 'string' ? ` in namespace ${namespace}` : '';
  const itself: Single = {
    key: [kind, namespace, name],
    path: ['metadata', 'name'],
    told: where => `${kind} ${name}${place} stands already in ${where}`,
  };
  const accesses: readonly (readonly [unknown, Path])[] = [
    [/^(AccessClaim|XAccess)$/.test(kind) ? at('spec', 'cluster') : undefined, ['spec', 'principal', 'roleArn']],
    [/^(PlatformClaim|XPlatform)$/.test(kind) ? name : undefined, ['spec', 'githubActions', 'roleArn']],
  ];
  return [
    itself,
    ...accesses.flatMap(([cluster, path]) => {
      const role = at(...path);
      if (typeof cluster !== 'string' || typeof role !== 'string') return [];
      const told = (where: string) =>
        `has access to cluster ${cluster} already, by ${where}; EKS has one access of a principal to a cluster, so give it all in one`;
      return [{ key: ['access', namespace, cluster, role], path, told }];
    }),
  ];
}
