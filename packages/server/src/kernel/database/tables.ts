/**
 * Every table of the database by name. It is empty here, because the kernel knows no noun; whoever owns a
 * table adds it beside the code that writes it:
 *
 *   declare module '../../kernel/database/tables.ts' {
 *     interface Tables { machines: MachinesTable }
 *   }
 *
 * Column conventions on both engines: booleans are 0 | 1, times are epoch milliseconds (number), JSON is text.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Tables {}
