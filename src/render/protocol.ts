import {
  create,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  fromJson,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  file_google_protobuf_struct,
} from '@bufbuild/protobuf/wkt';
import type { JsonObject } from '../local/aws/json.ts';

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

/** What Crossplane would do to the API server. Fields that would be empty are absent. */
export interface RenderResponse {
  readonly composite?: {
    /** With its status and conditions. */
    readonly compositeResource?: JsonObject;
    /** What it would apply, in no order. */
    readonly composedResources?: readonly JsonObject[];
    /** What it would delete. */
    readonly deletedResources?: readonly JsonObject[];
    readonly events?: readonly RenderEvent[];
  };
}

export interface RenderEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** A field: its number, its type, and whether it is a list. */
type Field = readonly [number: number, type: string, list?: 'list'];

/**
 * The messages of proto/render/v1alpha1/render.proto in github.com/crossplane/crossplane/v2 v2.3.4, as far as they are about
 * composite resources. A field that is not here is skipped, as protobuf has it.
 */
export const messages: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  RenderRequest: { composite: [2, 'CompositeInput'] },
  RenderResponse: { composite: [2, 'CompositeOutput'] },
  FunctionInput: { name: [1, 'string'], address: [2, 'string'] },
  Event: { type: [1, 'string'], reason: [2, 'string'], message: [3, 'string'] },
  CompositeInput: {
    composite_resource: [1, 'Struct'],
    composition: [2, 'Struct'],
    functions: [3, 'FunctionInput', 'list'],
    observed_resources: [4, 'Struct', 'list'],
    composite_resource_definition: [8, 'Struct'],
  },
  CompositeOutput: {
    composite_resource: [1, 'Struct'],
    composed_resources: [2, 'Struct', 'list'],
    deleted_resources: [3, 'Struct', 'list'],
    events: [4, 'Event', 'list'],
  },
};

const protoPackage = 'crossplane.render.v1alpha1';

const descriptor = create(FileDescriptorProtoSchema, {
  name: 'render.proto',
  package: protoPackage,
  syntax: 'proto3',
  dependency: [file_google_protobuf_struct.proto.name],
  messageType: Object.entries(messages).map(([name, fields]) => ({
    name,
    field: Object.entries(fields).map(([field, [number, type, list]]) => ({
      name: field,
      jsonName: field.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      number,
      label: list ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
      ...(type === 'string'
        ? { type: FieldDescriptorProto_Type.STRING }
        : {
            type: FieldDescriptorProto_Type.MESSAGE,
            typeName: `.${type === 'Struct' ? 'google.protobuf' : protoPackage}.${type}`,
          }),
    })),
  })),
});

const registry = createFileRegistry(descriptor, () => file_google_protobuf_struct);

function message(name: 'RenderRequest' | 'RenderResponse'): DescMessage {
  const found = registry.getMessage(`${protoPackage}.${name}`);
  if (!found) throw new Error(`${name} is no message of render.proto`);
  return found;
}

const request = message('RenderRequest');
const response = message('RenderResponse');

/** A request in the form in which Crossplane reads it from standard input. */
export function encodeRequest(asked: RenderRequest): Uint8Array {
  // JSON.stringify leaves out what is undefined, which a Struct cannot hold.
  return toBinary(request, fromJson(request, JSON.parse(JSON.stringify(asked))));
}

/** What Crossplane has written to standard output. */
export function decodeResponse(bytes: Uint8Array): RenderResponse {
  return toJson(response, fromBinary(response, bytes)) as unknown as RenderResponse;
}
