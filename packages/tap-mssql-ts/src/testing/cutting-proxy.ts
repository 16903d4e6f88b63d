import { type AddressInfo, connect, createServer } from "node:net";

/** A TCP proxy that breaks its first connections, each after so many bytes from the server. */
export async function startCuttingProxy(options: {
  readonly port: number;
  readonly cutAfterBytes: readonly number[];
}): Promise<{ readonly port: number; readonly cuts: () => number; close(): Promise<void> }> {
  const limits = [...options.cutAfterBytes];
  let cutCount = 0;
  const server = createServer((client) => {
    const limit = limits.shift() ?? Number.POSITIVE_INFINITY;
    const upstream = connect(options.port, "127.0.0.1");
    let byteCount = 0;
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
    client.pipe(upstream);
    upstream.on("data", (chunk: Buffer) => {
      byteCount += chunk.length;
      if (byteCount < limit) {
        if (!client.write(chunk)) upstream.pause();
        return;
      }
      // What arrives before the close is not another cut.
      upstream.removeAllListeners("data");
      cutCount++;
      client.resetAndDestroy();
    });
    client.on("drain", () => upstream.resume());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is an object.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    cuts: () => cutCount,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
