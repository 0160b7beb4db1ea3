import { nameInAws } from './aws/names.ts';
import type { Package } from './crossplane/package.ts';
import { partOf } from './crossplane/package.ts';
import type { Problem } from './crossplane/path.ts';
import { getPath } from './crossplane/path.ts';
import type { Manifest } from './crossplane/pipeline.ts';
import { manifestsOf, render } from './crossplane/render.ts';

/**
 * Which name in AWS a claim's namespace and name would break, of all that are made of them, and how many characters are left
 * for its name. A manifest whose namespace is not known yet breaks none.
 */
export function brokenNames(pkg: Package, manifest: unknown): readonly Problem[] {
  const [name, namespace] = [getPath(manifest, ['metadata', 'name']), getPath(manifest, ['metadata', 'namespace'])];
  if (typeof name !== 'string' || typeof namespace !== 'string') return [];
  const composite = manifest as Manifest;
  if (!partOf(pkg, composite)) return [];
  const broken = manifestsOf(render(pkg, composite)).flatMap(made => {
    const inAws = nameInAws(made);
    return inAws && (inAws.over > 0 || inAws.form) ? [{ kind: made.kind, ...inAws }] : [];
  });
  const form = broken.find(one => one.form);
  if (form) {
    const message = `with the name it makes "${form.name}" of a ${form.kind} in AWS, ${form.form}`;
    return [{ path: ['metadata', namespace.includes('--') ? 'namespace' : 'name'], message }];
  }
  const [worst] = broken.sort((a, b) => b.over - a.over);
  if (!worst) return [];
  const left = name.length - worst.over;
  const remedy =
    left > 0
      ? `in this namespace ${left} ${left === 1 ? 'character is' : 'characters are'} left for a name, which has ${name.length}`
      : `in a namespace of ${namespace.length} characters none is left for a name: take a namespace that is shorter by ${1 - left} at least`;
  const message = `makes "${worst.name}" of a ${worst.kind} in AWS, which has ${worst.name.length} characters of ${worst.most} at most: ${remedy}`;
  return [{ path: ['metadata', 'name'], message }];
}
