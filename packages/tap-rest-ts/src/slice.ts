import { type JsonValue, stringifyJson } from "singer-sdk-ts";
import { formatBookmark, type Window } from "./date-format.ts";
import type { HttpRequest } from "./request.ts";
import type { BodyFormat, RestStream } from "./stream.ts";
import { streamUrl } from "./stream-request.ts";
import { fillTemplate, fillTemplates, type LookUp } from "./template.ts";

/** The values that set one partition of a stream apart: a list entry, or fields of a parent's record. */
export type Context = Readonly<Record<string, JsonValue>>;

/** One reading of a stream: which partition, from where, to where. */
export interface Slice {
  readonly partition: Context;
  readonly parent: Context;
  /** Where to start and end, as the API wants it; undefined when the stream is read whole. */
  readonly start: string | undefined;
  readonly end: string | undefined;
}

/** The start or end of a slice in the format of the stream's settings. */
export function formatEdge(value: string | undefined, stream: RestStream): string | undefined {
  return value === undefined
    ? undefined
    : formatBookmark(value, stream.incremental.format ?? "as_is");
}

/** The edges of a window as date-times. */
export function windowEdges({ start, end }: Window): {
  readonly start: string;
  readonly end: string;
} {
  return { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
}

/** The first request of a slice: templates filled, window parameters added. Values in a path are percent-encoded. */
export function sliceRequest(
  stream: RestStream,
  slice: Slice,
  config: Readonly<Record<string, unknown>>,
): HttpRequest {
  const lookUp = sliceLookUp(slice, config);
  const url = streamUrl(stream.base, fillTemplate(stream.path, lookUp, encodeURIComponent));
  for (const [name, values] of Object.entries(stream.hasParamsInBody ? {} : stream.params)) {
    for (const value of values) url.searchParams.append(name, fillTemplate(value, lookUp));
  }
  const { start_param: startParam, end_param: endParam } = stream.incremental;
  if (startParam !== undefined && slice.start !== undefined)
    url.searchParams.set(startParam, slice.start);
  if (endParam !== undefined && slice.end !== undefined) url.searchParams.set(endParam, slice.end);
  if (stream.search !== undefined && slice.start !== undefined) {
    url.searchParams.set(stream.search.param, fillTemplate(stream.search.template, lookUp));
  }
  const headers = { accept: "application/json", ...fillTemplates(stream.headers, lookUp) };
  const scope = answerScope(stream, config);
  const request = { method: stream.method, url, headers, rules: stream.responseRules, scope };
  const body = bodyText(stream, lookUp);
  if (body === undefined) return request;
  const type = bodyTypes[stream.bodyFormat];
  return { ...request, headers: { "content-type": type, ...headers }, body };
}

/** Stream and login: an answer to one login is none to another. */
function answerScope(
  { name, auth }: RestStream,
  config: Readonly<Record<string, unknown>>,
): string {
  const { auth_method: method, username, client_id: clientId } = auth ?? config;
  return JSON.stringify([name, method, username, clientId]);
}

const bodyTypes: Readonly<Record<BodyFormat, string>> = {
  json: "application/json",
  graphql: "application/json",
  form: "application/x-www-form-urlencoded",
  text: "text/plain; charset=utf-8",
};

function bodyText(stream: RestStream, lookUp: LookUp): string | undefined {
  const { body, bodyFormat, params, hasParamsInBody } = stream;
  if (bodyFormat === "graphql" && body !== undefined) {
    // The braces of a query are its own: only its variables hold templates.
    const { query, ...rest } = typeof body === "string" ? { query: body } : body;
    return JSON.stringify({ query, ...fillTemplates(rest, lookUp) });
  }
  if (typeof body === "string") return fillTemplate(body, lookUp);
  if (body === undefined && !hasParamsInBody) return undefined;
  const members = fillTemplates(
    hasParamsInBody ? { ...bodyParams(params), ...body } : { ...body },
    lookUp,
  );
  return bodyFormat === "form" ? formText(members) : JSON.stringify(members);
}

/** Parameters as members: one value alone, several as a list. */
function bodyParams(params: RestStream["params"]): Record<string, unknown> {
  const entries = Object.entries(params).map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function formText(members: Readonly<Record<string, unknown>>): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) {
    form.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  return form.toString();
}

function sliceLookUp(slice: Slice, config: Readonly<Record<string, unknown>>): LookUp {
  return (name) => {
    const [scope = "", ...rest] = name.split(".");
    const member = rest.join(".");
    switch (scope) {
      case "start":
        return slice.start;
      case "end":
        return slice.end;
      case "now":
        return new Date().toISOString();
      case "today":
        return new Date().toISOString().slice(0, 10);
      case "config":
        // The configuration was read from JSON.
        return scalarText(config[member] as JsonValue | undefined);
      case "parent":
        return scalarText(slice.parent[member]);
      case "partition":
        return scalarText(slice.partition[member]);
      default:
        return undefined;
    }
  };
}

/** A value as a template writes it: a text as it is, anything else as JSON; an absent value has no text. */
function scalarText(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : stringifyJson(value);
}
