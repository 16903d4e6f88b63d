import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repository } from "./project-folder.ts";

/** The sample sources in a process of their own, as far as the API goes. */
export interface SampleApi {
  /** API_HOST, API_USER and API_PASSWORD. */
  readonly env: Readonly<Record<string, string>>;
  close(): void;
}

export async function startSampleApi(): Promise<SampleApi> {
  const program = join(repository, "packages", "testing", "adventureworks", "dist", "serve.js");
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout })) {
    const { api } = JSON.parse(line) as { api: { url: string; user: string; password: string } };
    return {
      env: { API_HOST: api.url, API_USER: api.user, API_PASSWORD: api.password },
      close: () => void child.kill(),
    };
  }
  throw new Error("the sample sources ended before they were ready");
}
