import { UserError } from "./error.ts";

/** The oldest Node.js that runs us: undici 8 needs it, and JSON.parse's access to the source text. */
const oldest = { major: 22, minor: 19 };

/** Throws E_NODE, in one line, on a Node.js that would fail later with something harder to read. */
export function checkNodeVersion(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return;
  throw new UserError(
    "E_NODE",
    `Node.js ${version} is too old: ${oldest.major}.${oldest.minor} or later is needed`,
    {
      hint: "install a newer Node.js, or put it first on the PATH",
      exitCode: 2,
    },
  );
}
