import type { Setting, Settings } from "./settings.ts";

/** What `--about` tells of a plugin. */
export interface About {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly settings: Settings;
  readonly capabilities: readonly string[];
}

/** The Meltano SDK's shape of `--about --format json`. */
export function aboutJson(about: About): string {
  const { name, description, version, capabilities, settings } = about;
  return JSON.stringify(
    {
      name,
      description,
      version,
      sdk_version: version,
      supported_python_versions: [],
      capabilities,
      settings: settingsSchema(settings),
    },
    null,
    2,
  );
}

/** The JSON Schema of a configuration, as editors and `schemas/settings` take it. */
export function settingsSchema(settings: Settings): Record<string, unknown> {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    required: settings.required,
    properties: Object.fromEntries(
      Object.entries(settings.properties).map(([name, setting]) => [name, published(setting)]),
    ),
    additionalProperties: false,
  };
}

function published(setting: Setting): Record<string, unknown> {
  const { label } = setting;
  const result: Record<string, unknown> = {
    ...setting,
    ...(label !== undefined && { title: label }),
  };
  for (const ours of ["aliases", "env", "ignored", "label", "secret"]) delete result[ours];
  if ("secret" in setting) result["writeOnly"] = true;
  if (setting.type === "array" && "items" in setting) result["items"] = published(setting.items);
  if (setting.type !== "object") return result;
  if (setting.properties !== undefined) {
    result["properties"] = Object.fromEntries(
      Object.entries(setting.properties).map(([name, inner]) => [name, published(inner)]),
    );
  }
  const free = "additionalProperties" in setting ? setting.additionalProperties : undefined;
  result["additionalProperties"] = free === undefined ? false : free === true || published(free);
  return result;
}

export function aboutText({ name, version, description, capabilities, settings }: About): string {
  const lines = settingRows(settings).map((row) => `  ${row.name}: ${row.description}`);
  return [
    `${name} ${version}`,
    description,
    "",
    `Capabilities: ${capabilities.join(", ")}`,
    "",
    "Settings:",
    ...lines,
  ].join("\n");
}

export function aboutMarkdown({
  name,
  version,
  description,
  capabilities,
  settings,
}: About): string {
  const list = capabilities.map((capability) => `- \`${capability}\``);
  return [
    `# ${name} ${version}`,
    "",
    description,
    "",
    "## Capabilities",
    "",
    ...list,
    "",
    "## Settings",
    "",
    settingsTable(settings),
  ].join("\n");
}

/** The settings as a Markdown table, nested ones as `parent.child`. */
export function settingsTable(settings: Settings): string {
  const rows = settingRows(settings).map(
    ({ name, type, isRequired, fallback, description }) =>
      `| \`${name}\` | ${type} | ${isRequired ? "yes" : ""} | ${fallback} | ${description.replaceAll("|", "\\|")} |`,
  );
  return [
    "| setting | type | required | default | what it does |",
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

interface SettingRow {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly fallback: string;
  readonly description: string;
}

function settingRows(settings: Settings | Setting, prefix = ""): readonly SettingRow[] {
  if (settings.type !== "object") return [];
  const required: readonly string[] = settings.required ?? [];
  return Object.entries(settings.properties ?? {})
    .filter(([, setting]) => setting.ignored === undefined)
    .flatMap(([name, setting]) => [
      {
        name: `${prefix}${name}`,
        type: typeName(setting),
        isRequired: required.includes(name),
        fallback:
          setting.type !== "object" && "default" in setting
            ? `\`${JSON.stringify(setting.default)}\``
            : "",
        description: setting.description ?? "",
      },
      ...innerRows(setting, `${prefix}${name}`),
    ]);
}

function innerRows(setting: Setting, name: string): readonly SettingRow[] {
  if (setting.type === "array" && "items" in setting)
    return settingRows(setting.items, `${name}[].`);
  if (setting.type !== "object") return [];
  const free = "additionalProperties" in setting ? setting.additionalProperties : undefined;
  return [
    ...settingRows(setting, `${name}.`),
    ...(free === undefined || free === true ? [] : settingRows(free, `${name}.*.`)),
  ];
}

function typeName(setting: Setting): string {
  if ("enum" in setting && setting.enum !== undefined)
    return setting.enum.map((value) => `\`${value}\``).join(" or ");
  if (setting.type === "array" && "items" in setting) return `array of ${typeName(setting.items)}`;
  return typeof setting.type === "string" ? setting.type : setting.type.join(" or ");
}
