import { mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const repository = fileURLToPath(new URL("../../../../", import.meta.url));

/** A new project folder with this repository's meltano.yml and schemas, and an empty output. */
export async function makeProjectFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "project-"));
  for (const name of ["meltano.yml", "schemas", "entrypoint.sh"]) {
    await symlink(join(repository, name), join(folder, name));
  }
  return folder;
}
