import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { JsonObject } from '../kubernetes/json.ts';
import { endOfNext, readFields, readStruct, writeStruct } from './struct.ts';

/** What Crossplane is asked: one reconcile of a composite resource. */
export interface RenderRequest {
  readonly composite: {
    readonly compositeResource: object;
    readonly composition: object;
    readonly compositeResourceDefinition: object;
    readonly functions: readonly FunctionAddress[];
    /** The composed resources that exist. */
    readonly observedResources: readonly object[];
  };
}

/** A function that runs, by the name that a `functionRef` gives. */
export interface FunctionAddress {
  readonly name: string;
  /** A target of gRPC: `unix:///path`, `127.0.0.1:port`. */
  readonly address: string;
}

/** What Crossplane would do to the API server. */
export interface RenderResponse {
  readonly composite?: CompositeOutput;
}

export interface CompositeOutput {
  /** With its status and conditions. */
  readonly compositeResource?: JsonObject;
  /** What it would apply, in no order. */
  readonly composedResources: readonly JsonObject[];
  /** What it would delete. */
  readonly deletedResources: readonly JsonObject[];
  readonly events: readonly RenderEvent[];
}

export interface RenderEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/**
 * The numbers of the fields in proto/render/v1alpha1/render.proto of github.com/crossplane/crossplane/v2 v2.3.4, as far as they
 * are about composite resources.
 */
const request = { composite: 2 } as const;
const response = { composite: 2 } as const;
const functionInput = { name: 1, address: 2 } as const;
const event = { type: 1, reason: 2, message: 3 } as const;
const compositeInput = {
  compositeResource: 1,
  composition: 2,
  functions: 3,
  observedResources: 4,
  compositeResourceDefinition: 8,
} as const;
const compositeOutput = { compositeResource: 1, composedResources: 2, deletedResources: 3, events: 4 } as const;

/** A request in the form in which Crossplane reads it from standard input. */
export function encodeRequest({ composite }: RenderRequest): Uint8Array {
  const writer = new BinaryWriter();
  const message = (field: number, write: () => void): void => {
    writer.tag(field, WireType.LengthDelimited).fork();
    write();
    writer.join();
  };
  const struct = (field: number, object: object): void => message(field, () => writeStruct(writer, object));
  message(request.composite, () => {
    struct(compositeInput.compositeResource, composite.compositeResource);
    struct(compositeInput.composition, composite.composition);
    for (const { name, address } of composite.functions) {
      message(compositeInput.functions, () => {
        writer.tag(functionInput.name, WireType.LengthDelimited).string(name);
        writer.tag(functionInput.address, WireType.LengthDelimited).string(address);
      });
    }
    for (const object of composite.observedResources) struct(compositeInput.observedResources, object);
    struct(compositeInput.compositeResourceDefinition, composite.compositeResourceDefinition);
  });
  return writer.finish();
}

/** What Crossplane has written to standard output. */
export function decodeResponse(bytes: Uint8Array): RenderResponse {
  const reader = new BinaryReader(bytes);
  let composite: CompositeOutput | undefined;
  readFields(reader, reader.len, field => {
    if (field !== response.composite) return false;
    composite = readComposite(reader);
    return true;
  });
  return composite ? { composite } : {};
}

function readComposite(reader: BinaryReader): CompositeOutput {
  let compositeResource: JsonObject | undefined;
  const [composedResources, deletedResources, events]: [JsonObject[], JsonObject[], RenderEvent[]] = [[], [], []];
  readFields(reader, endOfNext(reader), field => {
    if (field === compositeOutput.compositeResource) compositeResource = readStruct(reader);
    else if (field === compositeOutput.composedResources) composedResources.push(readStruct(reader));
    else if (field === compositeOutput.deletedResources) deletedResources.push(readStruct(reader));
    else if (field === compositeOutput.events) events.push(readEvent(reader));
    else return false;
    return true;
  });
  return { ...(compositeResource ? { compositeResource } : {}), composedResources, deletedResources, events };
}

function readEvent(reader: BinaryReader): RenderEvent {
  const read = { type: '', reason: '', message: '' };
  readFields(reader, endOfNext(reader), field => {
    if (field === event.type) read.type = reader.string();
    else if (field === event.reason) read.reason = reader.string();
    else if (field === event.message) read.message = reader.string();
    else return false;
    return true;
  });
  return read;
}
