import { UserError } from "singer-sdk-ts";
import type { Config } from "../settings.ts";
import {
  type AccessToken,
  azureServicePrincipal,
  personalToken,
  ServiceToken,
  servicePrincipal,
} from "./access-token.ts";
import { readProfile } from "./profile.ts";
import { WorkspaceApi } from "./workspace-api.ts";

type DatabricksConfig = NonNullable<Config["databricks"]>;

/** A workspace that can be called. */
export interface Workspace {
  readonly host: string;
  readonly port: number;
  readonly token: AccessToken;
  readonly api: WorkspaceApi;
}

/** Reads host and login out of the settings, and what they leave open out of the profile; connects to nothing. */
export function openWorkspace(settings: DatabricksConfig): Workspace {
  const config =
    settings.profile === undefined
      ? settings
      : { ...readProfile(settings.profile, settings.config_file), ...settings };
  const missing = missingSettings(config);
  if (missing.length > 0) {
    throw new UserError(
      "E_SETTING",
      `Databricks is set in part: missing ${missing.join(" and ")}`,
      {
        hint: "set DATABRICKS_HOST and DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET for a service principal",
      },
    );
  }
  const url = hostUrl(config.host ?? "");
  const { origin } = url;
  const token = accessToken(config, origin);
  return {
    host: url.hostname,
    port: url.port === "" ? 443 : Number(url.port),
    token,
    api: new WorkspaceApi(origin, token),
  };
}

function missingSettings(config: DatabricksConfig): string[] {
  const missing = config.host === undefined ? ["`databricks.host` (DATABRICKS_HOST)"] : [];
  const hasClient = config.client_id !== undefined && config.client_secret !== undefined;
  const { azure_tenant_id: tenant, azure_client_id: id, azure_client_secret: secret } = config;
  const hasAzureClient = tenant !== undefined && id !== undefined && secret !== undefined;
  if (config.token === undefined && !hasClient && !hasAzureClient)
    missing.push("`databricks.token` (DATABRICKS_TOKEN)");
  return missing;
}

/** A given token wins over a service principal of the workspace, and that over one of Azure. */
function accessToken(config: DatabricksConfig, origin: string): AccessToken {
  if (config.token !== undefined) return personalToken(config.token);
  const { client_id: id = "", client_secret: secret = "" } = config;
  if (id !== "") return new ServiceToken(servicePrincipal(origin, { id, secret }));
  return new ServiceToken(
    azureServicePrincipal({
      tenantId: config.azure_tenant_id ?? "",
      id: config.azure_client_id ?? "",
      secret: config.azure_client_secret ?? "",
    }),
  );
}

/** `https://` and a trailing `/` are accepted; plain HTTP only on this machine, since it would show the token. */
function hostUrl(host: string): URL {
  const text = /^https?:\/\//.test(host) ? host : `https://${host}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = url?.hostname === "127.0.0.1" || url?.hostname === "localhost";
  if (url === undefined || (url.protocol === "http:" && !isLocal)) {
    throw new UserError("E_SETTING", `setting \`databricks.host\` is no HTTPS host: ${host}`, {
      hint: "give the workspace's address, such as adb-123.4.azuredatabricks.net",
    });
  }
  return url;
}

/** The HTTP path of the SQL warehouse: set, made of its id, or that of the only warehouse there is. */
export async function warehousePath(config: DatabricksConfig, api: WorkspaceApi): Promise<string> {
  if (config.http_path !== undefined) return config.http_path;
  if (config.warehouse_id !== undefined) return `/sql/1.0/warehouses/${config.warehouse_id}`;
  const answer = await api.json({ method: "GET", path: "/api/2.0/sql/warehouses" });
  const warehouses = parseWarehouses(answer);
  const [only] = warehouses;
  if (only !== undefined && warehouses.length === 1) return `/sql/1.0/warehouses/${only.id}`;
  const list = warehouses.map(({ id, name }) => `${id} (${name})`).join(", ");
  throw new UserError(
    "E_SETTING",
    warehouses.length === 0
      ? "the workspace has no SQL warehouse that this login may see"
      : `the workspace has ${warehouses.length} SQL warehouses: ${list}`,
    { hint: "set DATABRICKS_WAREHOUSE_ID to the one that shall load" },
  );
}

function parseWarehouses(answer: unknown): readonly { id: string; name: string }[] {
  const list =
    typeof answer === "object" && answer !== null && "warehouses" in answer
      ? answer.warehouses
      : [];
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    if (typeof entry !== "object" || entry === null || !("id" in entry)) return [];
    const name = "name" in entry && typeof entry.name === "string" ? entry.name : "";
    return typeof entry.id === "string" ? [{ id: entry.id, name }] : [];
  });
}
