export { batchSettings } from "./batch-settings.ts";
export { envelopeOf, type RowGroup } from "./record-lines.ts";
