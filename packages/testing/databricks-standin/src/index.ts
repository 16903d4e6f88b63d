export { presign } from "./presigned.ts";
export {
  startWorkspace,
  type Workspace,
  type WorkspaceFault,
  type WorkspaceOptions,
} from "./workspace.ts";
