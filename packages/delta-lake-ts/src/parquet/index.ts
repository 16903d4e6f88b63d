export { type DecodeOptions, decodeParquet, readFooter } from "./decode.ts";
export { type Compression, encodeParquet, ParquetEncoder, type ParquetOptions } from "./encode.ts";
