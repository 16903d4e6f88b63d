import type { Setting } from "singer-sdk-ts";

/** The settings of the Databricks mode; each is also read from Databricks' own variable. */
export const databricksSettings = {
  type: "object",
  properties: {
    host: {
      type: "string",
      env: ["DATABRICKS_HOST"],
      description: "Address of the workspace; `https://` in front is accepted.",
    },
    profile: {
      type: "string",
      env: ["DATABRICKS_CONFIG_PROFILE"],
      description: "Profile of ~/.databrickscfg that gives host and login where they are not set.",
    },
    config_file: {
      type: "string",
      env: ["DATABRICKS_CONFIG_FILE"],
      description: "File of the profiles, instead of ~/.databrickscfg.",
    },
    token: {
      type: "string",
      secret: true,
      env: ["DATABRICKS_TOKEN"],
      description: "Personal access token; it wins over a service principal.",
    },
    client_id: {
      type: "string",
      env: ["DATABRICKS_CLIENT_ID"],
      description: "Client id of the service principal that loads instead of a person.",
    },
    client_secret: {
      type: "string",
      secret: true,
      env: ["DATABRICKS_CLIENT_SECRET"],
      description: "OAuth secret of the service principal.",
    },
    azure_tenant_id: {
      type: "string",
      env: ["ARM_TENANT_ID"],
      description: "Microsoft Entra tenant of the Azure service principal.",
    },
    azure_client_id: {
      type: "string",
      env: ["ARM_CLIENT_ID"],
      description: "Client id of the Azure service principal, when there is no token.",
    },
    azure_client_secret: {
      type: "string",
      secret: true,
      env: ["ARM_CLIENT_SECRET"],
      description: "Secret of the Azure service principal.",
    },
    warehouse_id: {
      type: "string",
      env: ["DATABRICKS_WAREHOUSE_ID"],
      description:
        "SQL warehouse that loads. Without it the only one is taken; with several the run stops and lists them.",
    },
    http_path: {
      type: "string",
      env: ["DATABRICKS_HTTP_PATH"],
      description: "HTTP path of the SQL warehouse, instead of its id.",
    },
    catalog: {
      type: "string",
      default: "main",
      env: ["DATABRICKS_CATALOG"],
      description: "Unity Catalog catalog of the tables.",
    },
    schema: {
      type: "string",
      default: "default",
      env: ["DATABRICKS_SCHEMA"],
      description: "Schema of the tables; it is made when it is missing and the login may.",
    },
    volume: {
      type: "string",
      default: "singer_staging",
      env: ["DATABRICKS_VOLUME"],
      description:
        "Volume of that schema through which the files go; it is made when it is missing and the login may.",
    },
    staging_method: {
      type: "string",
      enum: ["volume", "sql", "dbfs"],
      default: "volume",
      description:
        "Where the files wait for the warehouse: in the volume by the Files API; there by `PUT … INTO` statements (`sql`), where that API is closed; or, in a workspace without Unity Catalog, below `dbfs:/singer_staging`.",
    },
    cluster_by: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Columns by which new tables are clustered, at most four; `AUTO` alone leaves the choice to Databricks.",
    },
    tags: {
      type: "object",
      additionalProperties: { type: "string", description: "Value of one tag." },
      description:
        "Unity Catalog tags that every new table gets; a workspace that refuses them is told of once.",
      examples: [{ source: "singer" }],
    },
    grants: {
      type: "object",
      additionalProperties: {
        type: "array",
        items: { type: "string" },
        description: "Privileges of one user, group or service principal.",
      },
      description: "Privileges on every new table, by principal; one that is refused is told of.",
      examples: [{ analysts: ["SELECT"] }],
    },
    query_tags: {
      type: "object",
      additionalProperties: { type: "string", description: "Value of one tag." },
      description:
        "Tags of the statements in the workspace's query history, so that their cost can be attributed.",
      examples: [{ team: "finance" }],
    },
    external_location: {
      type: "string",
      description:
        "With `path: uc://catalog.schema`, the folder below a Unity Catalog external location in which new external tables are made; without it only tables that are there are written.",
      examples: ["s3://lake/sales"],
    },
    keep_staged_files: {
      type: "boolean",
      default: false,
      description: "Whether files stay where they were staged after they were loaded.",
    },
  },
  description: "The Databricks workspace that loads, when `path` names no folder.",
} as const satisfies Setting;
