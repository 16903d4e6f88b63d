/** What a user can cause or cure: one line that says what, which thing and why, and a hint that says what to try next. */
export class UserError extends Error {
  override readonly name = "UserError";
  /** Stable and documented; tests and callers match it, never the text. */
  readonly code: `E_${string}`;
  readonly hint: string | undefined;
  /** 1 failed, 2 usage or settings, 3 done with rejected rows or a difference. */
  readonly exitCode: 1 | 2 | 3;

  constructor(
    code: `E_${string}`,
    message: string,
    options: { hint?: string; cause?: unknown; exitCode?: 1 | 2 | 3 } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? (code === "E_SETTING" || code === "E_USAGE" ? 2 : 1);
  }
}
