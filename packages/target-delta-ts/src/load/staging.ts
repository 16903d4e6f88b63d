import type { AddFile, ObjectStore } from "delta-lake-ts";

const STAGING_FOLDER = "_staging";

/** The folder under the table's root that holds the rows of `version` until it goes live. */
export function stagingFolder(version: string): string {
  return `${STAGING_FOLDER}/${version}`;
}

/** Deletes everything that is staged of the versions `isObsolete` names. */
export async function clearStaging(
  store: ObjectStore,
  isObsolete: (version: string) => boolean,
): Promise<void> {
  for (const { path } of await store.list(`${STAGING_FOLDER}/`)) {
    const version = path.split("/")[1];
    if (version !== undefined && isObsolete(version)) await store.delete(path);
  }
}

/** Moves a staged file to the same place under the table's root; one that is there already stays. */
export async function moveToTable(
  store: ObjectStore,
  version: string,
  file: AddFile,
): Promise<void> {
  const path = decodeURIComponent(file.path);
  const staged = `${stagingFolder(version)}/${path}`;
  if ((await store.head(staged)) !== undefined) await store.move(staged, path);
}

/** Undoes `moveToTable` of a run that was killed before its commit. */
export async function moveBack(store: ObjectStore, version: string, file: AddFile): Promise<void> {
  const path = decodeURIComponent(file.path);
  const staged = `${stagingFolder(version)}/${path}`;
  if ((await store.head(staged)) === undefined) await store.move(path, staged);
}
