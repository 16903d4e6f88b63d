/** Pages about what a package exports, from its doc comments. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";

const packages = fileURLToPath(new URL("../..", import.meta.url));

/** Everything that a module exports, in Markdown. `entry` is its declaration file below the package's `dist`. */
export async function apiPage(name, entry) {
  const folder = await mkdtemp(join(tmpdir(), "api-docs-"));
  try {
    const app = await Application.bootstrapWithPlugins(options(name, entry));
    const project = await app.convert();
    if (project === undefined || app.logger.hasErrors()) throw new Error(`typedoc cannot read ${name}`);
    await app.outputs.writeOutput({ name: "markdown", path: folder }, project);
    const text = await readFile(join(folder, "README.md"), "utf8");
    return `# ${name}\n\nGenerated from the doc comments by \`pnpm generate\`.\n\n${text.trimEnd()}\n`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function options(name, entry) {
  return {
    entryPoints: [join(packages, name.split("/")[0], "dist", entry)],
    tsconfig: fileURLToPath(new URL("tsconfig.json", import.meta.url)),
    plugin: [fileURLToPath(import.meta.resolve("typedoc-plugin-markdown"))],
    name,
    readme: "none",
    disableSources: true,
    excludePrivate: true,
    excludeExternals: true,
    // Undefined parts of a name are of other packages: their declarations are their own matter.
    skipErrorChecking: true,
    logLevel: "Error",
    sort: ["alphabetical"],
    groupOrder: ["Functions", "Classes", "Interfaces", "Type Aliases", "Variables"],
    router: "module",
    hideBreadcrumbs: true,
    hidePageHeader: true,
    hidePageTitle: true,
    useCodeBlocks: true,
    parametersFormat: "table",
    interfacePropertiesFormat: "table",
    typeAliasPropertiesFormat: "table",
    classPropertiesFormat: "table",
    tableColumnSettings: { hideSources: true, hideModifiers: true },
  };
}
