import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UserError } from "singer-sdk-ts";

/** What a profile may set, by its names there and here. */
const NAMES: Readonly<Record<string, string>> = {
  host: "host",
  token: "token",
  client_id: "client_id",
  client_secret: "client_secret",
  azure_tenant_id: "azure_tenant_id",
  azure_client_id: "azure_client_id",
  azure_client_secret: "azure_client_secret",
  warehouse_id: "warehouse_id",
};

/** The settings of one profile of the file that the Databricks CLI keeps; throws E_SETTING when there is none such. */
export function readProfile(
  profile: string,
  file = join(homedir(), ".databrickscfg"),
): Readonly<Record<string, string>> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new UserError("E_SETTING", `cannot read the Databricks profiles in ${file}`, {
      hint: "make it with `databricks configure`, or set DATABRICKS_HOST and DATABRICKS_TOKEN",
      cause,
    });
  }
  const profiles = parseProfiles(text);
  const found = profiles.get(profile);
  if (found !== undefined) return found;
  throw new UserError("E_SETTING", `${file} has no profile ${profile}`, {
    hint: `set DATABRICKS_CONFIG_PROFILE to one of ${[...profiles.keys()].join(", ")}`,
  });
}

/** INI: `[name]`, then `key = value` lines; `#` and `;` begin comments. */
export function parseProfiles(text: string): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const profiles = new Map<string, Record<string, string>>();
  let current: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[([^\]]+)\]\s*$/.exec(line)?.[1];
    if (section !== undefined) {
      current = profiles.get(section) ?? {};
      profiles.set(section, current);
    }
    const [, key = "", value = ""] = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    const name = NAMES[key];
    if (name !== undefined && value !== "") current[name] = value;
  }
  return profiles;
}
