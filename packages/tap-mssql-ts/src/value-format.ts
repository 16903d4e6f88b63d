import { UserError } from "singer-sdk-ts";
import type { Config } from "./settings.ts";
import type { SchemaFormat } from "./type/column-schema.ts";
import type { ValueFormat } from "./wire/reader-of-column.ts";
import { zoneSuffix } from "./zone.ts";

/** How the settings want values written, for the schema and for the rows. */
export function formatOfConfig(config: Config): ValueFormat & SchemaFormat {
  const zone = zoneSuffix(config.timezone);
  if (zone === undefined)
    throw new UserError("E_SETTING", `setting \`timezone\` is no known zone: ${config.timezone}`, {
      hint: "use an IANA name such as Europe/Berlin, UTC, or none",
      exitCode: 2,
    });
  return {
    zone,
    fractionDigitsMax: config.max_fraction_digits,
    datesAsDateTime: config.dates_as_datetime,
    decimals: config.decimal_mode,
    uuidCase: config.uuid_case,
    binary: config.binary_encoding,
  };
}
