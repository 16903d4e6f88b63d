import type { Value } from "./engine/value.ts";

/** One row changed by one transaction. */
export interface LoggedChange {
  /** `schema.table`. */
  readonly table: string;
  readonly operation: "insert" | "update" | "delete";
  /** Values by column: after an insert or update, before a delete. */
  readonly row: Readonly<Record<string, Value>>;
  readonly key: readonly Value[];
  readonly version: number;
  /** Place in the transaction, from 0: `__$command_id`. */
  readonly index: number;
  /** Place in the log, `__$seqval`, which need not follow the transaction's own order. */
  readonly sequence: number;
  readonly committedAt: Date;
}

/** A net change as CHANGETABLE(CHANGES …) tells it. */
export interface NetChange {
  readonly version: number;
  readonly creationVersion: number | undefined;
  readonly operation: "I" | "U" | "D";
  readonly key: readonly Value[];
}

/** What CDC captures of a table under one name. */
export interface CaptureInstance {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** Transactions with a higher number are captured. */
  readonly startVersion: number;
}

/** The committed transactions of a database, numbered from 1, as Change Tracking and CDC see them. */
export class ChangeLog {
  readonly #changes: LoggedChange[] = [];
  readonly #tracked: ReadonlySet<string>;
  readonly #instances: CaptureInstance[] = [];
  #version = 0;
  #versionMin = 0;

  constructor(options: { readonly tracked: readonly string[] }) {
    this.#tracked = new Set(options.tracked);
  }

  /** CHANGE_TRACKING_CURRENT_VERSION, and the number of the last transaction. */
  get version(): number {
    return this.#version;
  }

  /** The oldest version from which changes are still known. */
  get versionMin(): number {
    return this.#versionMin;
  }

  get instances(): readonly CaptureInstance[] {
    return this.#instances;
  }

  isTracked(table: string): boolean {
    return this.#tracked.has(table);
  }

  /** Captures a table from now on. */
  enableCapture(instance: Omit<CaptureInstance, "startVersion">): void {
    this.#instances.push({ ...instance, startVersion: this.#version });
  }

  /** Forgets all changes so far, as cleanup after the retention does. */
  cleanUp(): void {
    this.#versionMin = this.#version;
  }

  /** Logs one transaction. */
  append(changes: readonly Omit<LoggedChange, "version" | "index">[]): void {
    this.#version += 1;
    for (const [index, change] of changes.entries())
      this.#changes.push({ ...change, version: this.#version, index });
  }

  /** When the transaction of a version was committed. */
  committedAt(version: number): Date | undefined {
    return this.#changes.find((change) => change.version === version)?.committedAt;
  }

  /** Every change of a table in the versions from `first` to `last`, oldest first. */
  changesOf(table: string, first: number, last: number): readonly LoggedChange[] {
    return this.#changes.filter(
      (change) =>
        change.table === table &&
        change.version >= first &&
        change.version <= last &&
        change.version > this.#versionMin,
    );
  }

  /** The rows of a table that changed after version `since`, each once with its last operation. */
  netChanges(table: string, since: number, last: number): readonly NetChange[] {
    const byKey = new Map<string, NetChange>();
    for (const { key, operation, version } of this.changesOf(table, since + 1, last)) {
      const text = key.map(String).join("\0");
      const before = byKey.get(text);
      const isNew = operation === "insert" || before?.operation === "I";
      byKey.set(text, {
        version,
        creationVersion: operation === "insert" ? version : before?.creationVersion,
        operation: operation === "delete" ? "D" : isNew ? "I" : "U",
        key,
      });
    }
    return [...byKey.values()];
  }
}
