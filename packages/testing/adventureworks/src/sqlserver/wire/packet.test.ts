import { expect, test } from "@jest/globals";

import { MessageReader, packetize } from "./packet.ts";

const options = { type: 4, isLast: true, firstPacketId: 1, spid: 51 };

test.each([
  [0, 1],
  [504, 1],
  [505, 2],
  [5000, 10],
])("%i bytes travel in packets of 512 and come together again", (size, packetCount) => {
  const payload = Buffer.from(Array.from({ length: size }, (_value, index) => index & 0xff));

  const packets = packetize(payload, { ...options, packetBytes: 512 });
  const reader = new MessageReader();
  const messages = [...packets].flatMap((byte) => reader.push(Buffer.from([byte])));

  expect(packets.length).toBe(size + packetCount * 8);
  expect(messages).toEqual([{ type: 4, resetConnection: false, data: payload }]);
});

test("a length below the header's is refused", () => {
  expect(() => new MessageReader().push(Buffer.alloc(8))).toThrow("no TDS packet");
});
