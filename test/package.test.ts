import { expect, test } from 'vitest';
import { apis, provePackage } from '../src/package.ts';

test('the proof finds nothing wrong with the package', () => {
  expect(provePackage().parts).toHaveLength(Object.keys(apis).length);
});
