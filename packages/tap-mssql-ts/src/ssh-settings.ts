import type { Settings } from "singer-sdk-ts";

/** The setting for a server that is reached through an SSH host alone. */
export const sshSettings = {
  ssh_tunnel: {
    type: "object",
    description:
      "SSH host through which the server is reached; `host` and `port` are then as that host knows them. Needs the package `ssh2` beside the tap.",
    required: ["host", "username"],
    properties: {
      host: { type: "string", description: "Name or address of the SSH host." },
      port: {
        type: "integer",
        default: 22,
        minimum: 1,
        maximum: 65535,
        description: "Its TCP port.",
      },
      username: { type: "string", description: "User on the SSH host." },
      password: { type: "string", secret: true, description: "The user's password." },
      private_key: {
        type: "string",
        secret: true,
        description:
          "Text of the user's private key, OpenSSH or PEM; `file:` reads it from a file.",
      },
      private_key_password: {
        type: "string",
        secret: true,
        description: "Passphrase of the private key.",
      },
      host_fingerprint: {
        type: "string",
        description:
          "`SHA256:…` of the SSH host's key, as `ssh-keygen -l` prints it; any other key is refused, and without it every key is, with the fingerprint in the error.",
      },
    },
  },
} as const satisfies Settings["properties"];
