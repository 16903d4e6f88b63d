import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { UserError } from "singer-sdk-ts";
import type { Client, ClientChannel } from "ssh2";
import type { Config } from "./settings.ts";

/** How often an idle tunnel is asked whether it still stands. */
const KEEP_ALIVE_MS = 15_000;

type Tunnel = NonNullable<Config["ssh_tunnel"]>;

/**
 * Opens a connection to an address as the SSH host knows it; it ends when the tunnel does, and the tunnel with it.
 * Throws E_SSH, with a network fault of the SSH host as its cause.
 */
export async function openTunnel(
  tunnel: Tunnel,
  to: { readonly host: string; readonly port: number; readonly timeoutMs: number },
): Promise<Socket> {
  const { Client: SshClient } = await installed();
  const client = new SshClient();
  try {
    await login(client, tunnel, to.timeoutMs);
    // As tedious asks of its own sockets: the last piece of a request must not wait for an acknowledgement.
    client.setNoDelay(true);
    const channel = await forward(client, tunnel, to);
    channel.on("close", () => client.end());
    client.on("error", (error) => channel.emit("error", error));
    client.on("close", () => channel.destroy());
    // What tedious asks of a TCP socket and a channel has not: the tunnel's own connection has both.
    return Object.assign(channel, {
      setNoDelay: () => channel,
      setKeepAlive: () => channel,
    }) as unknown as Socket;
  } catch (error) {
    client.on("error", () => {});
    client.end();
    throw error;
  }
}

async function installed(): Promise<typeof import("ssh2")> {
  try {
    return (await import("ssh2")).default;
  } catch (cause) {
    throw new UserError("E_SSH", "the setting `ssh_tunnel` needs the package ssh2", {
      hint: "run: npm install ssh2",
      cause,
    });
  }
}

function login(client: Client, tunnel: Tunnel, timeoutMs: number): Promise<void> {
  const { host, port, username, password, private_key, private_key_password } = tunnel;
  let presented: string | undefined;
  return new Promise((resolve, reject) => {
    client.once("ready", resolve);
    client.once("error", (error) => reject(tunnelError(error, tunnel, presented)));
    client.once("close", () =>
      reject(tunnelError(new Error("it closed the connection"), tunnel, presented)),
    );
    try {
      client.connect({
        host,
        port,
        username,
        ...(password !== undefined && { password }),
        ...(private_key !== undefined && { privateKey: private_key }),
        ...(private_key_password !== undefined && { passphrase: private_key_password }),
        readyTimeout: timeoutMs,
        keepaliveInterval: KEEP_ALIVE_MS,
        hostVerifier: (key: Buffer) => {
          presented = fingerprintOf(key);
          return presented === tunnel.host_fingerprint?.replace(/=+$/, "");
        },
      });
    } catch (error) {
      // A private key that can't be read is found before anything is sent.
      reject(tunnelError(error, tunnel, undefined));
    }
  });
}

/** Fingerprint of a host key as OpenSSH prints it: base64 without padding. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

function forward(
  client: Client,
  tunnel: Tunnel,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
      if (error === undefined) resolve(channel);
      else
        reject(
          new UserError(
            "E_SSH",
            `${addressOf(tunnel)} cannot reach ${host}:${port}: ${error.message}`,
            {
              hint: "`host` and `port` are as the SSH host knows them; it must also allow forwarding (AllowTcpForwarding)",
              cause: error,
            },
          ),
        );
    });
  });
}

const addressOf = ({ host, port }: Tunnel): string => `SSH host ${host}:${port}`;

/** Says in one line why there is no tunnel. */
function tunnelError(error: unknown, tunnel: Tunnel, presented: string | undefined): UserError {
  const address = addressOf(tunnel);
  const expected = tunnel.host_fingerprint;
  if (presented !== undefined && presented !== expected?.replace(/=+$/, ""))
    return new UserError(
      "E_SSH",
      expected === undefined
        ? `${address} has a key that nobody vouched for, ${presented}`
        : `${address} has another key than \`ssh_tunnel.host_fingerprint\` says: ${presented}`,
      {
        hint: "compare it with what `ssh-keygen -l` prints on that host; if it is right, set `ssh_tunnel.host_fingerprint` to it",
      },
    );
  const { message, level } = Object.assign({ message: String(error), level: "" }, error, {
    ...(error instanceof Error && { message: error.message }),
  });
  if (level === "client-authentication")
    return new UserError("E_SSH", `${address} refused the user ${tunnel.username}`, {
      hint: "check `ssh_tunnel.username`, and `ssh_tunnel.private_key` or `ssh_tunnel.password`",
    });
  if (/privateKey/i.test(message))
    return new UserError("E_SSH", "the setting `ssh_tunnel.private_key` cannot be read", {
      hint: "it takes the key's text, or `file:` and a path; one with a passphrase needs `ssh_tunnel.private_key_password`",
    });
  return new UserError("E_SSH", `cannot connect to ${address}: ${message}`, {
    hint: "check `ssh_tunnel.host`, `ssh_tunnel.port` and firewalls",
    cause: error,
  });
}
