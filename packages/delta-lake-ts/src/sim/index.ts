export { type FileSystem, nodeFileSystem, type OpenedFile } from "../store/file-system.ts";
export { type FaultRates, FaultyStore, NO_FAULTS } from "./faulty-store.ts";
export { simulateMerges } from "./merge-simulation.ts";
export { type PlantedBug, PlantedStore } from "./planted-store.ts";
export { PowerCutDisk } from "./power-cut.ts";
export { Random } from "./random.ts";
export { type Process, Scheduler } from "./scheduler.ts";
export { type SimulationResult, simulate } from "./simulate.ts";
