// Asks the warehouse directly, by the driver, past all of our loading code.
import { DBSQLClient } from "@databricks/sql";

/** Sessions on the stand-in; `query` gives the rows of one statement. */
export async function openSql({ env, certificate }) {
  const client = new DBSQLClient({ logger: { log: () => undefined } });
  const [host, port] = env.DATABRICKS_HOST.split(":");
  await client.connect({
    host,
    port: Number(port ?? 443),
    path: env.DATABRICKS_HTTP_PATH ?? "/sql/1.0/warehouses/0123456789abcdef",
    token: env.DATABRICKS_TOKEN,
    telemetryEnabled: false,
    ...(certificate === undefined ? {} : { customCaCert: certificate }),
  });
  const session = await client.openSession();
  return {
    query: async (sql) => {
      const operation = await session.executeStatement(sql);
      try {
        return await operation.fetchAll();
      } finally {
        await operation.close();
      }
    },
    close: async () => {
      await session.close();
      await client.close();
    },
  };
}
