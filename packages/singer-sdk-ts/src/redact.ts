import type { Setting, Settings } from "./settings.ts";

/** Shorter values are words like any other: hiding them would blot out half a log and protect nothing. */
const secretLengthMin = 4;

/** Takes secret values, their base64 and their URL form out of text. */
export class Redactor {
  readonly #forms = new Set<string>();

  add(secret: string): void {
    if (secret.length < secretLengthMin) return;
    const bytes = Buffer.from(secret);
    const json = JSON.stringify(secret).slice(1, -1);
    for (const form of [
      secret,
      json,
      encodeURIComponent(secret),
      bytes.toString("base64"),
      bytes.toString("base64url"),
    ]) {
      this.#forms.add(form);
      // Padding differs with what follows the secret, as in `user:password`.
      this.#forms.add(form.replace(/=+$/, ""));
    }
  }

  /** Adds every value of a setting that is marked `secret`, at any depth. */
  addSettings(settings: Settings, values: Readonly<Record<string, unknown>>): void {
    for (const [name, setting] of Object.entries(settings.properties))
      this.#addValue(setting, values[name]);
  }

  /** `user:password` in base64, as Basic authentication sends it. */
  addPair(user: string, password: string): void {
    this.add(`${user}:${password}`);
  }

  redact(text: string): string {
    let clean = text;
    // The longest form first, so that no part of it is left behind.
    for (const form of [...this.#forms].toSorted((left, right) => right.length - left.length)) {
      clean = clean.replaceAll(form, "***");
    }
    return clean;
  }

  #addValue(setting: Setting, value: unknown): void {
    if (value === undefined || value === null) return;
    if ("secret" in setting && typeof value === "string") this.add(value);
    if (setting.type === "array" && "items" in setting && Array.isArray(value)) {
      for (const item of value) this.#addValue(setting.items, item);
    }
    if (setting.type !== "object" || typeof value !== "object") return;
    const free = "additionalProperties" in setting ? setting.additionalProperties : undefined;
    for (const [name, member] of Object.entries(value)) {
      const inner = setting.properties?.[name] ?? (free === true ? undefined : free);
      if (inner !== undefined) this.#addValue(inner, member);
    }
  }
}
