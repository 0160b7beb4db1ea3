import { type BinaryReader, type BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Json } from '../kubernetes/json.ts';

/** The fields of google.protobuf.Value, of which a value has one. */
const value = { null: 1, number: 2, string: 3, bool: 4, struct: 5, list: 6 } as const;
/** The one field of a Struct, a map of values by name, and of a ListValue. */
const entries = 1;
/** The fields of a map's entry. */
const entry = { key: 1, value: 2 } as const;

/**
 * Writes an object as a google.protobuf.Struct, without its length; what is undefined is left out, as by JSON.stringify. It goes
 * from the object to the bytes at once: through the library's messages it takes five times as long, and Compositions are large.
 */
export function writeStruct(writer: BinaryWriter, object: object): void {
  for (const [name, field] of Object.entries(object)) {
    if (field === undefined) continue;
    writer.tag(entries, WireType.LengthDelimited).fork();
    writer.tag(entry.key, WireType.LengthDelimited).string(name);
    writer.tag(entry.value, WireType.LengthDelimited).fork();
    writeValue(writer, field);
    writer.join().join();
  }
}

function writeValue(writer: BinaryWriter, json: Json): void {
  if (json === null) writer.tag(value.null, WireType.Varint).int32(0);
  else if (typeof json === 'number') writer.tag(value.number, WireType.Bit64).double(json);
  else if (typeof json === 'string') writer.tag(value.string, WireType.LengthDelimited).string(json);
  else if (typeof json === 'boolean') writer.tag(value.bool, WireType.Varint).bool(json);
  else if (Array.isArray(json)) {
    writer.tag(value.list, WireType.LengthDelimited).fork();
    for (const item of json as readonly Json[]) {
      writer.tag(entries, WireType.LengthDelimited).fork();
      writeValue(writer, item);
      writer.join();
    }
    writer.join();
  } else {
    writer.tag(value.struct, WireType.LengthDelimited).fork();
    writeStruct(writer, json);
    writer.join();
  }
}

/** Has each field of a message, which ends at `end`, read by its number: true for those that were. What is not known is passed over. */
export function readFields(reader: BinaryReader, end: number, read: (field: number) => boolean): void {
  while (reader.pos < end) {
    const [field, wireType] = reader.tag();
    if (!read(field)) reader.skip(wireType, field);
  }
}

/** Where the message ends whose length comes next. */
export function endOfNext(reader: BinaryReader): number {
  const length = reader.uint32();
  return reader.pos + length;
}

/** Reads a google.protobuf.Struct, its length first. Its fields come by name: in the bytes they have no order. */
export function readStruct(reader: BinaryReader): Readonly<Record<string, Json>> {
  const found: [string, Json][] = [];
  readFields(reader, endOfNext(reader), field => {
    if (field !== entries) return false;
    let [name, json]: [string, Json] = ['', null];
    readFields(reader, endOfNext(reader), part => {
      if (part === entry.key) name = reader.string();
      else if (part === entry.value) json = readValue(reader);
      else return false;
      return true;
    });
    found.push([name, json]);
    return true;
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readValue(reader: BinaryReader): Json {
  let json: Json = null;
  readFields(reader, endOfNext(reader), field => {
    if (field === value.number) json = reader.double();
    else if (field === value.string) json = reader.string();
    else if (field === value.bool) json = reader.bool();
    else if (field === value.struct) json = readStruct(reader);
    else if (field === value.list) json = readList(reader);
    else return false;
    return true;
  });
  return json;
}

function readList(reader: BinaryReader): readonly Json[] {
  const list: Json[] = [];
  readFields(reader, endOfNext(reader), field => {
    if (field !== entries) return false;
    list.push(readValue(reader));
    return true;
  });
  return list;
}
