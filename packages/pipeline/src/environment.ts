import { startSamples } from "./samples.ts";
import { chooseSources, type SourceName } from "./sources.ts";

/** What a run of the pipeline needs to know of its sources. */
export interface PipelineEnvironment {
  readonly env: NodeJS.ProcessEnv;
  readonly names: readonly SourceName[];
  /** Which system each source is: what tells one run's tables from another's. Never holds a secret. */
  readonly identities: Readonly<Record<SourceName, string>>;
}

/** Set for children, so that a command inside `with-sources` knows the samples for what they are. */
const samplesVariable = "PIPELINE_SAMPLE_SOURCES";

/** Runs `work` with its sources up: the samples are started before and stopped after, configured systems are used as they are. */
export async function withSources<T>(
  env: NodeJS.ProcessEnv,
  work: (environment: PipelineEnvironment) => Promise<T>,
): Promise<T> {
  const sources = chooseSources(env);
  if (sources.type === "configured") {
    return work({ env, names: sources.names, identities: identitiesOf(env) });
  }
  const samples = await startSamples();
  try {
    const sampleEnv = { ...env, ...samples.env, [samplesVariable]: "1" };
    return await work({
      env: sampleEnv,
      names: ["sqlserver", "api"],
      identities: identitiesOf(sampleEnv),
    });
  } finally {
    await samples.close();
  }
}

function identitiesOf(env: NodeJS.ProcessEnv): Readonly<Record<SourceName, string>> {
  if (env[samplesVariable] === "1") {
    return { sqlserver: "AdventureWorks sample", api: "AdventureWorks sample" };
  }
  const { TAP_MSSQL_HOST: host, TAP_MSSQL_PORT: port, TAP_MSSQL_DATABASE: database } = env;
  return {
    sqlserver: `${host}:${port ?? "1433"}/${database}`,
    api: withoutCredentials(env["API_HOST"] ?? ""),
  };
}

/** An address as it may be written to disk: scheme, user and trailing slash taken off. */
function withoutCredentials(address: string): string {
  return address
    .replace(/^[a-z]+:\/\//i, "")
    .replace(/^[^/@]*@/, "")
    .replace(/\/+$/, "");
}
