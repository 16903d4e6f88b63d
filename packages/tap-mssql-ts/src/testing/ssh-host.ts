import { type AddressInfo, connect } from "node:net";
import ssh2, { type Connection } from "ssh2";
import { fingerprintOf } from "../ssh-tunnel.ts";

/** A fresh key pair as OpenSSH writes it. */
export function newKey(passphrase?: string): {
  readonly privateKey: string;
  readonly publicKey: string;
} {
  const { private: privateKey, public: publicKey } =
    passphrase === undefined
      ? ssh2.utils.generateKeyPairSync("ed25519")
      : ssh2.utils.generateKeyPairSync("ed25519", { passphrase, cipher: "aes256-cbc", rounds: 16 });
  return { privateKey, publicKey };
}

/** An SSH host in this process that takes one user and forwards connections. */
export interface SshHost {
  readonly port: number;
  /** `SHA256:…` of its key. */
  readonly fingerprint: string;
  /** Addresses that it forwarded to. */
  readonly forwards: readonly string[];
  close(): Promise<void>;
}

/** `cutAfterBytes`: the first connection is dropped after so many bytes from the server. */
export async function startSshHost(options: {
  readonly user: string;
  readonly password: string;
  readonly publicKey: string;
  readonly cutAfterBytes?: number;
}): Promise<SshHost> {
  const hostKey = newKey().privateKey;
  const parsed = ssh2.utils.parseKey(hostKey);
  if (parsed instanceof Error) throw parsed;
  const fingerprint = fingerprintOf(parsed.getPublicSSH());
  const allowed = ssh2.utils.parseKey(options.publicKey);
  if (allowed instanceof Error) throw allowed;
  const forwards: string[] = [];
  const clients = new Set<Connection>();
  let cutAfterBytes = options.cutAfterBytes;
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    clients.add(client);
    client.on("error", () => {});
    client.on("close", () => clients.delete(client));
    client.on("authentication", (request) => {
      const isKnown =
        request.username === options.user &&
        ((request.method === "password" && request.password === options.password) ||
          (request.method === "publickey" && request.key.data.equals(allowed.getPublicSSH())));
      if (isKnown) request.accept();
      else request.reject(["password", "publickey"]);
    });
    client.on("tcpip", (accept, reject, { destIP, destPort }) => {
      const upstream = connect(destPort, destIP);
      upstream.once("error", () => reject());
      upstream.once("connect", () => {
        upstream.setNoDelay(true);
        forwards.push(`${destIP}:${destPort}`);
        const channel = accept();
        let byteCount = 0;
        upstream.on("data", (chunk) => {
          byteCount += chunk.length;
          if (cutAfterBytes === undefined || byteCount < cutAfterBytes) return;
          cutAfterBytes = undefined;
          client.end();
        });
        upstream.on("error", () => channel.close());
        channel.on("close", () => upstream.destroy());
        upstream.pipe(channel).pipe(upstream);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    // A server that listens on TCP has such an address.
    port: (server.address() as AddressInfo).port,
    fingerprint,
    forwards,
    close: () => {
      for (const client of clients) client.end();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
