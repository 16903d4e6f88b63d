export type { Fault } from "./faults.ts";
export type { Shape } from "./paging.ts";
export { type Api, type ApiOptions, startApi } from "./server.ts";
