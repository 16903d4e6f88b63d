import { UserError } from "../error.ts";
import { type JsonValue, stringifyJson } from "../json.ts";
import type { JsonSchema, SchemaMessage } from "../message.ts";
import { compileExpression, type Expression } from "./expression.ts";
import { type FlatteningOptions, flattenRecord, flattenSchema } from "./flatten.ts";
import { type Dict, isDict, isList, isTrue, textOfValue } from "./python-value.ts";
import type { StreamRule } from "./stream-rule.ts";

export interface MappingOptions {
  /** What expressions read as `config`. */
  readonly config: Dict;
  readonly flattening: FlatteningOptions | undefined;
}

type MapRule = Extract<StreamRule, { readonly type: "map" }>;

interface Computed {
  readonly name: string;
  readonly expression: Expression;
  /** The type is a string only for want of a better one: what comes is spelled as text. */
  readonly isTextForced: boolean;
}

/** One stream under one name as it leaves: its SCHEMA, and what becomes of each record. */
export class MappedStream {
  readonly message: SchemaMessage;
  readonly #source: SchemaMessage;
  readonly #rule: MapRule;
  readonly #options: MappingOptions;
  readonly #filter: Expression | undefined;
  readonly #computed: readonly Computed[];
  readonly #removed: ReadonlySet<string>;

  /** Throws E_STREAM_MAP for a map that does not fit the schema. */
  constructor(source: SchemaMessage, rule: MapRule, options: MappingOptions) {
    this.#source = source;
    this.#rule = rule;
    this.#options = options;
    this.#removed = new Set([...rule.properties].filter(([, text]) => text === null).map(first));
    this.#filter =
      rule.filter === undefined ? undefined : this.#compile("__filter__", rule.filter).expression;
    this.#computed = [...rule.properties].flatMap(([name, text]) =>
      text === null ? [] : [this.#compile(name, text)],
    );
    this.message = this.#derive();
  }

  /** The record as it leaves, or undefined when the filter leaves it out. */
  map(record: Dict): Dict | undefined {
    if (this.#filter !== undefined && !isTrue(this.#evaluate("__filter__", this.#filter, record)))
      return undefined;
    const kept = this.#rule.isElseKept ? undefined : new Set(this.message.key_properties);
    const result = new Map(Object.entries(record).filter(([name]) => kept?.has(name) !== false));
    for (const { name, expression, isTextForced } of this.#computed) {
      const value = this.#evaluate(name, expression, record);
      result.set(name, isTextForced ? asText(value) : value);
    }
    for (const name of this.#removed) result.delete(name);
    const { flattening } = this.#options;
    const whole = Object.fromEntries(result);
    if (flattening === undefined) return whole;
    const flat = new Map(flattenRecord(whole, this.message.schema, flattening));
    for (const name of this.#removed) flat.delete(name);
    return Object.fromEntries(flat);
  }

  #compile(name: string, text: string): Computed {
    const properties = propertiesOf(this.#source.schema);
    const names = {
      properties: new Set(Object.keys(properties)),
      hasSelf: Object.hasOwn(properties, name),
      constants: new Map<string, JsonValue>([
        ["config", this.#options.config],
        ["__stream_name__", this.#rule.name],
        ["__original_stream_name__", this.#source.stream],
      ]),
    };
    try {
      const expression = compileExpression(text, names);
      const isTyped = expression.gives ?? expression.property ?? properties[name];
      return { name, expression, isTextForced: isTyped === undefined && !isWholeRecord(text) };
    } catch (error) {
      throw this.#inContext(name, error, 2);
    }
  }

  #evaluate(name: string, expression: Expression, record: Dict): JsonValue {
    const self = Object.hasOwn(record, name) ? record[name] : null;
    try {
      return expression.evaluate({ record, self });
    } catch (error) {
      throw this.#inContext(name, error, 1);
    }
  }

  #inContext(name: string, error: unknown, exitCode: 1 | 2): unknown {
    if (!(error instanceof UserError)) return error;
    const place = `stream ${this.#source.stream}: stream_maps: ${name}`;
    return new UserError(error.code, `${place}: ${error.message}`, {
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
      exitCode,
    });
  }

  #derive(): SchemaMessage {
    const { schema, bookmark_properties: bookmarks } = this.#source;
    const keys = this.#rule.keyProperties ?? this.#source.key_properties;
    const properties = new Map(
      Object.entries(propertiesOf(schema)).filter(
        ([name]) => (this.#rule.isElseKept || keys.includes(name)) && !this.#removed.has(name),
      ),
    );
    for (const computed of this.#computed)
      properties.set(
        computed.name,
        this.#schemaOf(computed, this.#rule.properties.get(computed.name)),
      );
    for (const key of keys)
      if (!properties.has(key))
        throw this.#inContext(
          "__key_properties__",
          new UserError("E_STREAM_MAP", `the key property ${key} is not in the result`, {
            hint: "keep it, or say in `__key_properties__` which keys the result has",
          }),
          2,
        );
    const computedNames = new Set(this.#computed.map(({ name }) => name));
    const { required } = schema;
    const derived: JsonSchema = {
      ...schema,
      properties: Object.fromEntries(properties),
      ...(isList(required) && {
        required: required.filter(
          (name) => typeof name === "string" && properties.has(name) && !computedNames.has(name),
        ),
      }),
    };
    const flat = this.#flatten(derived);
    const names = new Set(Object.keys(propertiesOf(flat)));
    return {
      type: "SCHEMA",
      stream: this.#rule.name,
      schema: flat,
      key_properties: keys,
      ...(bookmarks !== undefined && {
        bookmark_properties: bookmarks.filter((name) => names.has(name)),
      }),
    };
  }

  #flatten(schema: JsonSchema): JsonSchema {
    const { flattening } = this.#options;
    if (flattening === undefined) return schema;
    try {
      const flat = flattenSchema(schema, flattening);
      const kept = Object.entries(propertiesOf(flat)).filter(([name]) => !this.#removed.has(name));
      return { ...flat, properties: Object.fromEntries(kept) };
    } catch (error) {
      throw this.#inContext("flattening", error, 2);
    }
  }

  /** Its expression's own type where that is sure, else the property's, else a string; null is always possible. */
  #schemaOf({ name, expression }: Computed, text: string | null | undefined): JsonSchema {
    const properties = propertiesOf(this.#source.schema);
    const { gives, property, mayKeepFormat } = expression;
    const own = properties[name];
    if (gives === "string" && mayKeepFormat === true && isDict(own) && own["format"] !== undefined)
      return nullable(own);
    if (gives === "date" || gives === "date-time")
      return { type: ["string", "null"], format: gives };
    if (gives !== undefined) return { type: [gives, "null"] };
    if (typeof text === "string" && isWholeRecord(text)) return nullable(this.#source.schema);
    const known = property === undefined ? own : properties[property];
    return isDict(known) ? nullable(known) : { type: ["string", "null"] };
  }
}

function isWholeRecord(text: string): boolean {
  return text === "record" || text === "_";
}

function propertiesOf({ properties }: JsonSchema): Dict {
  return isDict(properties) ? properties : {};
}

function nullable(schema: JsonSchema): JsonSchema {
  const { type, anyOf, oneOf } = schema;
  if (typeof type === "string" && type !== "null") return { ...schema, type: [type, "null"] };
  if (isList(type)) return type.includes("null") ? schema : { ...schema, type: [...type, "null"] };
  if (isList(anyOf)) return { ...schema, anyOf: [...anyOf, { type: "null" }] };
  return isList(oneOf) ? { anyOf: [schema, { type: "null" }] } : schema;
}

function asText(value: JsonValue): JsonValue {
  if (value === null || typeof value === "string") return value;
  return isDict(value) || isList(value) ? stringifyJson(value) : textOfValue(value);
}

function first<T>([value]: readonly [T, ...unknown[]]): T {
  return value;
}
