import { UserError } from "singer-sdk-ts";
import type { ConnectionConfiguration } from "tedious";
import type { Config } from "./settings.ts";

type Authentication = NonNullable<ConnectionConfiguration["authentication"]>;
type Needed =
  | "user"
  | "password"
  | "domain"
  | "client_id"
  | "client_secret"
  | "tenant_id"
  | "access_token";

/** The login in tedious' words. Throws E_SETTING, naming every setting that the method lacks. */
export function authenticationOf(config: Config): Authentication {
  switch (config.authentication) {
    case "ntlm": {
      const { user, password, domain } = needed(config, ["user", "password", "domain"]);
      return { type: "ntlm", options: { userName: user, password, domain } };
    }
    case "azure-active-directory-password": {
      const names = ["user", "password", "client_id", "tenant_id"] as const;
      const { user, password, client_id: clientId, tenant_id: tenantId } = needed(config, names);
      return {
        type: "azure-active-directory-password",
        options: { userName: user, password, clientId, tenantId },
      };
    }
    case "azure-active-directory-service-principal-secret": {
      const names = ["client_id", "client_secret", "tenant_id"] as const;
      const found = needed(config, names);
      return {
        type: "azure-active-directory-service-principal-secret",
        options: {
          clientId: found.client_id,
          clientSecret: found.client_secret,
          tenantId: found.tenant_id,
        },
      };
    }
    case "azure-active-directory-access-token":
      return {
        type: "azure-active-directory-access-token",
        options: { token: needed(config, ["access_token"]).access_token },
      };
    case "kerberos":
      throw new UserError("E_SETTING", "setting `authentication`: the driver offers no Kerberos", {
        hint: "use `ntlm`, or `azure-active-directory-access-token` with a token that another program fetched",
        exitCode: 2,
      });
    case "azure-active-directory-default":
    case "azure-active-directory-msi-vm":
    case "azure-active-directory-msi-app-service":
      return {
        type: config.authentication,
        options: config.client_id === undefined ? {} : { clientId: config.client_id },
      };
    default:
      return {
        type: "default",
        options: { userName: config.user, password: config.password },
      };
  }
}

function needed<N extends Needed>(config: Config, names: readonly N[]): Record<N, string> {
  const missing = names.filter((name) => config[name] === undefined);
  if (missing.length > 0)
    throw new UserError(
      "E_SETTING",
      `setting \`authentication\`: ${config.authentication} needs ${missing.map((name) => `\`${name}\``).join(", ")}`,
      { exitCode: 2 },
    );
  const entries = names.map((name) => [name, config[name] ?? ""] as const);
  // Every name of N is among the entries.
  return Object.fromEntries(entries) as Record<N, string>;
}
