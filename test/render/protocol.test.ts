import { fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/kubernetes/json.ts';
import { decodeResponse, encodeRequest } from '../../src/render/protocol.ts';
import { readStruct, writeStruct } from '../../src/render/struct.ts';

const empty = {
  compositeResource: {},
  composition: {},
  compositeResourceDefinition: {},
  functions: [],
  observedResources: [],
};

/** A field of a message as it stands in its bytes. */
const field = (number: number, bytes: Uint8Array) => [(number << 3) | 2, bytes.length, ...bytes];
const text = (value: string) => new TextEncoder().encode(value);

describe('a request', () => {
  test('has each part under the number that Crossplane gives it', () => {
    const composite = { ...empty, functions: [{ name: 'f', address: 'unix:///s' }], observedResources: [{}] };
    const f = new Uint8Array([...field(1, text('f')), ...field(2, text('unix:///s'))]);
    const none = new Uint8Array();
    const input = [...field(1, none), ...field(2, none), ...field(3, f), ...field(4, none), ...field(8, none)];
    expect([...encodeRequest({ composite })]).toEqual(field(2, new Uint8Array(input)));
  });

  test('leaves out what is undefined', () => {
    const compositeResource = { spec: { a: undefined, b: null } };
    const bytes = encodeRequest({ composite: { ...empty, compositeResource } });
    // Past the headers of the request and of the field: the Struct.
    const struct = fromBinary(StructSchema, bytes.subarray(4, 4 + (bytes[3] ?? 0)));
    expect(struct.fields.spec?.kind.value).toHaveProperty('fields.b');
    expect(struct.fields.spec?.kind.value).not.toHaveProperty('fields.a');
  });
});

describe('an object', () => {
  const reasons: readonly (readonly [string, JsonObject])[] = [
    [
      'of every kind of value',
      { a: null, b: true, c: false, d: 1.5, e: 0, f: 'ü', g: '', h: {}, i: [], j: [1, ['x'], {}] },
    ],
    ['longer than a byte tells', { text: 'x'.repeat(70_000), many: Array.from({ length: 300 }, (_, i) => ({ i })) }],
  ];
  test.each(reasons)('%s is read by the library, and what the library writes is read', (_, object) => {
    const writer = new BinaryWriter();
    writeStruct(writer, object);
    const bytes = writer.finish();
    expect(toJson(StructSchema, fromBinary(StructSchema, bytes))).toEqual(object);
    const theirs = toBinary(StructSchema, fromJson(StructSchema, object as JsonValue));
    expect(readStruct(new BinaryReader(new BinaryWriter().bytes(theirs).finish()))).toEqual(object);
  });
});

describe('a response', () => {
  test('is read, and what is not known is passed over', () => {
    const struct = toBinary(StructSchema, { $typeName: 'google.protobuf.Struct', fields: {} });
    const event = new Uint8Array([...field(1, text('Warning')), ...field(2, text('r')), ...field(3, text('m'))]);
    const output = new Uint8Array([...field(1, struct), ...field(4, event), ...field(5, struct)]);
    expect(decodeResponse(new Uint8Array([...field(1, struct), ...field(2, output)]))).toEqual({
      composite: {
        compositeResource: {},
        composedResources: [],
        deletedResources: [],
        events: [{ type: 'Warning', reason: 'r', message: 'm' }],
      },
    });
  });
});
