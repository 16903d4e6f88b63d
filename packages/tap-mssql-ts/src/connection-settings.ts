import type { Settings } from "singer-sdk-ts";

/** The settings that say how to reach the server and to log in. */
export const connectionSettings = {
  host: {
    type: "string",
    aliases: ["server"],
    description:
      "Name or address of the server, needed unless `connection_string` has it; `host\\INSTANCE` asks the SQL Server Browser for the instance's port.",
  },
  port: {
    type: "integer",
    default: 1433,
    minimum: 1,
    maximum: 65535,
    description: "TCP port of the server; not used with a named instance.",
  },
  user: { type: "string", aliases: ["username"], description: "SQL Server login." },
  password: { type: "string", secret: true, description: "Password of the login." },
  database: {
    type: "string",
    description: "Database to read, needed unless `connection_string` has it.",
  },
  databases: {
    type: ["array", "string"],
    description:
      "Databases to read in one run, as a list or separated by commas; their streams are named `Database-Schema-Table`, and those that the login may not open are passed over with a warning.",
  },
  connection_string: {
    type: "string",
    secret: true,
    description:
      "`Server=…;Database=…;User Id=…;Password=…` or `mssql://user:password@host:1433/database`; what it says wins over `host` and the other settings.",
  },
  authentication: {
    type: "string",
    enum: [
      "default",
      "ntlm",
      "kerberos",
      "azure-active-directory-default",
      "azure-active-directory-password",
      "azure-active-directory-access-token",
      "azure-active-directory-service-principal-secret",
      "azure-active-directory-msi-vm",
      "azure-active-directory-msi-app-service",
    ],
    default: "default",
    description:
      "How to log in: `default` is a SQL Server login, the others are Windows and Microsoft Entra as tedious names them.",
  },
  domain: { type: "string", description: "Windows domain of the user, for `ntlm`." },
  client_id: {
    type: "string",
    description: "Application of a service principal or managed identity, for Microsoft Entra.",
  },
  client_secret: {
    type: "string",
    secret: true,
    description: "Secret of the service principal.",
  },
  tenant_id: { type: "string", description: "Directory of the service principal or user." },
  access_token: {
    type: "string",
    secret: true,
    description: "Token for `azure-active-directory-access-token`, fetched by another program.",
  },
  encrypt: {
    type: "boolean",
    default: true,
    description: "Encrypts the connection; without it even the password is only obfuscated.",
  },
  trust_server_certificate: {
    type: "boolean",
    default: false,
    description:
      "Accepts any certificate, a self-signed one included: traffic is encrypted, the server's identity is not checked.",
  },
  certificate_authority: {
    type: "string",
    description: "PEM text of the authority that signed the server's certificate.",
  },
  server_name: {
    type: "string",
    description: "Name expected in the server's certificate when it differs from `host`.",
  },
  connect_timeout_seconds: {
    type: "integer",
    default: 15,
    minimum: 1,
    description: "Longest wait for a connection and login.",
  },
  query_timeout_seconds: {
    type: "integer",
    default: 3600,
    minimum: 0,
    description: "Longest wait for a statement's first rows; 0 waits without limit.",
  },
  connect_retries: {
    type: "integer",
    default: 3,
    minimum: 0,
    maximum: 20,
    description:
      "How often a failed connection is tried again when its cause can pass, with growing random waits.",
  },
  stream_retries: {
    type: "integer",
    default: 3,
    minimum: 0,
    maximum: 20,
    description:
      "How often a stream goes on behind its last row, on a new connection, after a deadlock, a lost connection or another cause that can pass.",
  },
  packet_size_bytes: {
    type: "integer",
    default: 16384,
    minimum: 512,
    maximum: 32767,
    description: "TDS packet size asked for; larger packets read faster.",
  },
  application_name: {
    type: "string",
    default: "tap-mssql-ts",
    description: "Name the server shows for the session.",
  },
  application_intent: {
    type: "string",
    enum: ["ReadWrite", "ReadOnly"],
    default: "ReadWrite",
    description: "`ReadOnly` lets an availability group route the session to a secondary replica.",
  },
  multi_subnet_failover: {
    type: "boolean",
    default: false,
    description: "Tries all addresses of an availability group listener at once.",
  },
  session_statements: {
    type: ["array", "string"],
    aliases: ["conn_properties"],
    description:
      "SET statements to run on each new session, such as `SET LOCK_TIMEOUT 10000`, as a list or separated by semicolons.",
  },
  tds_logging: {
    type: "boolean",
    default: false,
    aliases: ["enable_tds_logging"],
    description: "Logs the header of each TDS packet, never what is in it.",
  },
} as const satisfies Settings["properties"];
