import { UserError } from "./error.ts";
import { DecimalText, type JsonValue, parseJson } from "./json.ts";
import { sourceCountsMember } from "./source-counts.ts";

/** What is remembered of one stream, in the Meltano SDK's words (`replication_key`, `replication_key_value`, …) and a tap's own. */
export interface Bookmark {
  readonly [key: string]: JsonValue | undefined;
}

/** Names that other taps give to what the SDK calls otherwise. */
const aliases: Readonly<Record<string, string>> = {
  // singer-io tap-mssql
  replication_key_name: "replication_key",
  // anelendata tap-rest-api
  last_update: "replication_key_value",
};

/** The whole state of a run: read in any of four dialects, written in the SDK's, streams in the order they came. */
export class State {
  readonly #bookmarks: Map<string, Bookmark>;
  readonly #others: { readonly [key: string]: JsonValue | undefined };
  /** The stream that an earlier run was in the middle of; it goes first. */
  currentlySyncing: string | undefined;

  private constructor(members: { readonly [key: string]: JsonValue | undefined }) {
    // What the run before counted says nothing of this one.
    const { bookmarks, currently_syncing, [sourceCountsMember]: _, ...others } = members;
    this.#others = others;
    this.currentlySyncing = typeof currently_syncing === "string" ? currently_syncing : undefined;
    const entries = Object.entries(objectOf(bookmarks) ?? {});
    this.#bookmarks = new Map(
      entries.map(([id, bookmark]) => [id, translated(objectOf(bookmark) ?? {})]),
    );
  }

  /** Reads a state file; undefined or blank text is a first run. Throws E_STATE when it is not a JSON object. */
  static parse(text: string | undefined): State {
    if (text === undefined || text.trim() === "") return new State({});
    const members = parseMembers(text);
    // A file that holds the whole STATE message instead of its value.
    const value = members["type"] === "STATE" ? objectOf(members["value"]) : undefined;
    return new State(value ?? members);
  }

  bookmark(streamId: string): Bookmark | undefined {
    return this.#bookmarks.get(streamId);
  }

  /** Replaces a stream's bookmark; undefined forgets it. */
  setBookmark(streamId: string, bookmark: Bookmark | undefined): void {
    if (bookmark === undefined) this.#bookmarks.delete(streamId);
    else this.#bookmarks.set(streamId, bookmark);
  }

  /** The full state, streams that this run did not touch included. */
  toJSON(): { readonly [key: string]: JsonValue } {
    return {
      ...this.#others,
      ...(this.currentlySyncing !== undefined && { currently_syncing: this.currentlySyncing }),
      bookmarks: Object.fromEntries(this.#bookmarks),
    };
  }
}

function translated(bookmark: Bookmark): Bookmark {
  const entries = Object.entries(bookmark).map(
    ([key, value]) => [aliases[key] ?? key, value] as const,
  );
  return Object.fromEntries(entries);
}

function parseMembers(text: string): { readonly [key: string]: JsonValue | undefined } {
  try {
    const value = objectOf(parseJson(text));
    if (value !== undefined) return value;
  } catch (cause) {
    throw invalid("not JSON", cause);
  }
  throw invalid("not a JSON object");
}

function invalid(why: string, cause?: unknown): UserError {
  return new UserError("E_STATE", `the state can't be read: it is ${why}`, {
    hint: "give the last line that the target printed, or none to start afresh",
    exitCode: 2,
    cause,
  });
}

function objectOf(
  value: JsonValue | undefined,
): { readonly [key: string]: JsonValue | undefined } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof DecimalText || Array.isArray(value)) return undefined;
  return value as { readonly [key: string]: JsonValue | undefined };
}
