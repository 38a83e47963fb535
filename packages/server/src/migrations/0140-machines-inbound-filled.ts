import type { Engine } from '../kernel/database/database.ts';
import type { Migration } from '../kernel/database/migrate.ts';

/** An agent tells only what changes: machines that were there before the column would stay unknown, perhaps for ever. */
export const machinesInboundFilled: Migration = {
  id: '0140-machines-inbound-filled',
  name: 'whether what the site sends reaches a machine, by the inventories that are there',
  up: (engine) => [
    `UPDATE machines SET inbound_state = (
       SELECT CASE WHEN ${missingRules[engine]} > 0 THEN 'blocked' ELSE 'open' END
       FROM machines_inventory WHERE machine_id = machines.id)
     WHERE id IN (SELECT machine_id FROM machines_inventory WHERE ${hasLooked[engine]})`,
  ],
};

const missingRules: Record<Engine, string> = {
  sqlite: "json_array_length(agent, '$.firewall.missing')",
  postgres: "json_array_length(agent::json #> '{firewall,missing}')",
};

const hasLooked: Record<Engine, string> = {
  sqlite: "json_type(agent, '$.firewall') = 'object'",
  postgres: "json_typeof(agent::json -> 'firewall') = 'object'",
};
