export interface Namespace {
  /** Process that holds it: `nsenter --target PID --net`. */
  readonly pid: number;
  /** IPv4 address on the network. */
  readonly address: string;
  /** Turns a command line into one that runs in it. */
  command(argv: readonly string[]): readonly string[];
}
