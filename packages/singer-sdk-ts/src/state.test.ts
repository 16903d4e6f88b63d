import { describe, expect, test } from "@jest/globals";
import { stringifyJson } from "./json.ts";
import { State } from "./state.ts";

describe("State", () => {
  test("no text is a first run", () => {
    expect(stringifyJson(State.parse(undefined).toJSON())).toBe('{"bookmarks":{}}');
    expect(stringifyJson(State.parse("\n").toJSON())).toBe('{"bookmarks":{}}');
  });

  test("the full state is written, untouched streams and unknown members included, in order", () => {
    const state = State.parse(
      '{"bookmarks":{"b":{"replication_key_value":1.10},"a":{}},"other":[1]}',
    );

    state.setBookmark("a", { replication_key: "id", replication_key_value: 9007199254740993n });
    state.currentlySyncing = "a";

    expect(stringifyJson(state.toJSON())).toBe(
      '{"other":[1],"currently_syncing":"a","bookmarks":{"b":{"replication_key_value":1.10},' +
        '"a":{"replication_key":"id","replication_key_value":9007199254740993}}}',
    );
  });

  test("P27: other taps' names are translated", () => {
    const singerIo = State.parse(
      '{"bookmarks":{"s":{"replication_key_name":"id","replication_key_value":5}}}',
    );
    const anelendata = State.parse('{"bookmarks":{"s":{"last_update":"2024-01-01"}}}');

    expect(singerIo.bookmark("s")).toEqual({ replication_key: "id", replication_key_value: 5 });
    expect(anelendata.bookmark("s")).toEqual({ replication_key_value: "2024-01-01" });
  });

  test("a whole STATE message is taken for its value", () => {
    expect(
      State.parse('{"type":"STATE","value":{"bookmarks":{"s":{"version":1}}}}').bookmark("s"),
    ).toEqual({ version: 1 });
  });

  test.each(["{", "[]", "5"])("%s is no state", (text) => {
    expect(() => State.parse(text)).toThrow(
      expect.objectContaining({ code: "E_STATE", exitCode: 2 }),
    );
  });
});
