import { type PageRequest, type Style, servePaged, styles } from "./paged-api.test.support.ts";
import { idSchema, runTap, type TapRun } from "./run-tap.test.support.ts";

/** Reads the streams of `chosen` from an API in which every second page meets a fault. */
export async function readPaged(
  chosen: readonly Style[],
  fault: (page: PageRequest) => void,
  top: Readonly<Record<string, unknown>> = {},
): Promise<TapRun> {
  await using api = await servePaged((page) => {
    if (page.isSecondPage) fault(page);
    else page.send();
  });
  const streams = chosen.map((name) => ({
    name,
    path: `/${name}`,
    records_path: "$.data[*]",
    primary_keys: ["id"],
    replication_key: "id",
    schema: idSchema,
    ...styles[name],
  }));
  return await runTap({
    api_url: api.url,
    backoff_seconds: 0.01,
    max_tries: 2,
    request_timeout_seconds: 1,
    streams,
    ...top,
  });
}
