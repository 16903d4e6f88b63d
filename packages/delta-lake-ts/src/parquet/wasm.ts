/** The encoder's WebAssembly module, compiled on first use so that a command's `--help` answers at once. */
export function loadParquetWasm(): Promise<typeof import("parquet-wasm")> {
  return import("parquet-wasm");
}
