/** The prefix of a plugin's environment variables: its name without `-ts`, upper case, dashes as underscores. */
export function environmentPrefix(name: string): string {
  return name.replace(/-ts$/, "").toUpperCase().replaceAll("-", "_");
}
