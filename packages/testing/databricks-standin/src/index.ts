export { presign } from "./presigned.ts";
export type { CatalogEntry } from "./unity-catalog.ts";
export {
  startWorkspace,
  type Workspace,
  type WorkspaceFault,
  type WorkspaceOptions,
} from "./workspace.ts";
