import { describe, expect, it } from 'vitest';
import { importsOf, withoutPackages, withoutUnusedImports } from '../../../src/local/provider-aws/go-source.ts';

const source = `package controller

import (
	ctrl "sigs.k8s.io/controller-runtime"

	"example.org/p/service/ec2" // the largest
	topic "example.org/p/sns/topic"
)

func Setup(ctx context.Context) {
	list := []any{
		topic.Setup,
		ec2.ServicePackage(ctx),
		ctrl.Result,
		"example.org/p/no/import",
	}
}
`;

describe('importsOf', () => {
  it('reads aliases, and names a package without one by the end of its path', () => {
    expect(importsOf(source)).toEqual([
      { name: 'ctrl', path: 'sigs.k8s.io/controller-runtime' },
      { name: 'ec2', path: 'example.org/p/service/ec2' },
      { name: 'topic', path: 'example.org/p/sns/topic' },
    ]);
  });

  it('reads one that stands alone, and one for its side effects', () => {
    expect(importsOf('package p\n\nimport _ "embed"\n')).toEqual([{ name: '_', path: 'embed' }]);
  });
});

describe('withoutPackages', () => {
  it.each([
    ['a package with an alias', 'sns', 'topic'],
    ['a package without one', 'ec2', 'ec2'],
  ])('takes the import of %s and its lines in lists', (_, part, name) => {
    const lines = withoutPackages(source, path => !path.includes(part)).split('\n');
    expect(lines.filter(line => line.includes(`${name}.`) || line.includes(part))).toEqual([]);
    expect(lines.length).toBe(source.split('\n').length - 2);
  });

  it('leaves all else as it is', () => {
    expect(withoutPackages(source, () => true)).toBe(source);
  });
});

describe('withoutUnusedImports', () => {
  it('keeps what is used, by alias or by the end of the path', () => {
    const unused = source.replace('\t\ttopic.Setup,\n', '');
    expect(importsOf(withoutUnusedImports(unused)).map(({ name }) => name)).toEqual(['ctrl', 'ec2']);
  });
});
