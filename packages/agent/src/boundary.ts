/**
 * Called at every place where a crash leaves another state on the disk than a moment before. Does nothing in
 * production; tests pass a function that ends the process at a chosen one (engine/crash-points.ts).
 */
export type Boundary = (name: string) => void;

export const noBoundary: Boundary = () => {};
