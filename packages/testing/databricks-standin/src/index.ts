export {
  startWorkspace,
  type Workspace,
  type WorkspaceFault,
  type WorkspaceOptions,
} from "./workspace.ts";
