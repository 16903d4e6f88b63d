import { Writable } from "node:stream";
import { createLogger, format, type Logger, transports } from "winston";
import { environmentPrefix } from "./environment-prefix.ts";
import type { UserError } from "./error.ts";
import type { Redactor } from "./redact.ts";
import { StatusLine } from "./status-line.ts";

/** Fields of an event: no data of rows, no secrets. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Events with fields, on stderr. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** The last line of a run that failed: what, which thing and why, then a hint. */
  failure(error: UserError): void;
  /** A measurement, as singer-python and the Meltano SDK print it. */
  metric(metric: Metric): void;
  /** Shows how the run goes until the next event, or nothing any more; absent where nobody looks at a terminal. */
  readonly status?: (text: string | undefined) => void;
}

export interface Metric {
  readonly type: "counter" | "timer";
  readonly metric: string;
  readonly value: number;
  readonly tags: Readonly<Record<string, unknown>>;
}

export interface LogOptions {
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  readonly redactor: Redactor;
}

/** Meltano points these at Python logging files; that they are set is its way to ask for JSON lines. */
const structuredVariables = ["SINGER_SDK_LOG_CONFIG", "LOGGING_CONF_FILE"] as const;

/** A log for people, or JSON lines in the Meltano SDK's shape when Meltano asks; every secret taken out of either. */
export function createLog({ name, env, redactor }: LogOptions): Log {
  const isStructured = structuredVariables.some((variable) => (env[variable] ?? "") !== "");
  const redaction = format((info) => {
    const symbol = Symbol.for("message");
    info[symbol] = redactor.redact(String(info[symbol]));
    return info;
  });
  const level = levelOf(name, env);
  const isWatched = !isStructured && isTerminal(env) && verbose.has(level);
  const statusLine = isWatched ? new StatusLine(process.stderr) : undefined;
  const stream = statusLine === undefined ? process.stderr : above(statusLine);
  const logger = createLogger({
    level,
    format: format.combine(isStructured ? structured(name) : human(), redaction()),
    transports: [new transports.Stream({ stream, eol: "\n" })],
  });
  const log = logOf(logger);
  return statusLine === undefined ? log : { ...log, status: (text) => statusLine.show(text) };
}

/** Whether stderr is a terminal whose lines can be taken back. */
function isTerminal({ TERM }: NodeJS.ProcessEnv): boolean {
  return process.stderr.isTTY && TERM !== "dumb";
}

/** Takes lines at once, as a terminal does. */
function above(statusLine: StatusLine): Writable {
  return new Writable({
    decodeStrings: false,
    write: (text, _encoding, done) => {
      statusLine.write(String(text));
      done();
    },
  });
}

function logOf(logger: Logger): Log {
  const at =
    (level: string) =>
    (event: string, fields: LogFields = {}) =>
      void logger.log(level, event, { fields });
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    failure: (failure) => void logger.log("error", "failure", { failure }),
    metric: (metric) =>
      void logger.log("info", "METRIC", { metric: { ...metric, metric_type: metric.type } }),
  };
}

const levels: Readonly<Record<string, string>> = {
  trace: "silly",
  debug: "debug",
  info: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  critical: "error",
  fatal: "error",
};

/** The levels at which someone wants to see how a run goes. */
const verbose = new Set(["info", "debug", "silly"]);

function levelOf(name: string, env: NodeJS.ProcessEnv): string {
  const asked = env[`${environmentPrefix(name)}_LOGLEVEL`] ?? env["LOGLEVEL"] ?? "info";
  return levels[asked.toLowerCase()] ?? "info";
}

function human(): ReturnType<typeof format.printf> {
  return format.printf(({ level, message, fields, metric, failure }) => {
    if (isFailure(failure)) return failureText(failure, "\nhint: ", "error: ");
    const time = new Date().toISOString();
    if (metric !== undefined) return `${time} INFO METRIC: ${JSON.stringify(metric)}`;
    return `${time} ${level.toUpperCase()} ${String(message)}${fieldText(fields)}`;
  });
}

/** Source: the eight keys that Meltano's parser asks for (meltano/core/logging/models). */
function structured(name: string): ReturnType<typeof format.printf> {
  return format.printf(({ level, message, fields, metric, failure }) => {
    const { stream } = fieldsOf(fields);
    const info = metric === undefined ? {} : { metric_info: metric };
    return JSON.stringify({
      level: isFailure(failure) ? "critical" : level === "warn" ? "warning" : level,
      pid: process.pid,
      logger_name: name,
      ts: new Date().toISOString(),
      thread_name: "MainThread",
      app_name: name,
      stream_name: typeof stream === "string" ? stream : null,
      message: isFailure(failure)
        ? failureText(failure, "; hint: ")
        : `${String(message)}${fieldText(fields)}`,
      extra: fieldsOf(fields),
      ...info,
    });
  });
}

function isFailure(value: unknown): value is UserError {
  return value instanceof Error && "code" in value && "hint" in value;
}

function failureText({ message, code, hint }: UserError, beforeHint: string, start = ""): string {
  return `${start}${message} (${code})${hint === undefined ? "" : `${beforeHint}${hint}`}`;
}

function fieldsOf(fields: unknown): LogFields {
  return typeof fields === "object" && fields !== null ? { ...fields } : {};
}

function fieldText(fields: unknown): string {
  return Object.entries(fieldsOf(fields))
    .map(([key, value]) => ` ${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("");
}
