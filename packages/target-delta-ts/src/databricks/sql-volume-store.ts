import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { literal } from "./sql-text.ts";
import type { Warehouse } from "./warehouse.ts";

/**
 * A volume's files by PUT and REMOVE statements, for workspaces whose Files API is closed: the warehouse gives an
 * address in the cloud's store, and the driver sends a file of this machine there.
 */
export class SqlVolumeStore {
  readonly #warehouse: Warehouse;
  readonly #root: string;

  /** `root` is a path such as /Volumes/main/default/staging. */
  constructor(warehouse: Warehouse, root: string) {
    this.#warehouse = warehouse;
    this.#root = root;
  }

  /** The bytes wait in a file that only this user may read, in a folder that is gone afterwards. */
  async put(path: string, bytes: Uint8Array): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "target-delta-"));
    try {
      const file = join(folder, "part.parquet");
      await writeFile(file, bytes, { mode: 0o600, flag: "wx" });
      const target = literal(`${this.#root}/${path}`);
      await this.#warehouse.run(`PUT ${literal(file)} INTO ${target} OVERWRITE`, { folder });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async delete(path: string): Promise<void> {
    await this.#warehouse.run(`REMOVE ${literal(`${this.#root}/${path}`)}`, { folder: tmpdir() });
  }
}
