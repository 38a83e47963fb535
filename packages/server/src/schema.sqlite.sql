CREATE TABLE collections (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  limiting_id TEXT REFERENCES collections (id),
  rules TEXT NOT NULL,
  is_built_in INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  member_count INTEGER NOT NULL,
  evaluated_at INTEGER
) STRICT;

CREATE TABLE collections_changes (
  machine_id TEXT NOT NULL PRIMARY KEY,
  attributes TEXT,
  stamp INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE collections_members (
  collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  machine_id TEXT NOT NULL,
  PRIMARY KEY (collection_id, machine_id)
) WITHOUT ROWID, STRICT;

CREATE INDEX collections_members_machine ON collections_members (machine_id, collection_id);

CREATE TABLE collections_stale (
  collection_id TEXT NOT NULL PRIMARY KEY,
  revision INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE collections_windows (
  collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (collection_id, position)
) WITHOUT ROWID, STRICT;

CREATE TABLE content_copies (
  content_id TEXT NOT NULL,
  point_id TEXT NOT NULL REFERENCES content_points (id),
  state TEXT NOT NULL,
  error TEXT,
  published_at INTEGER,
  PRIMARY KEY (content_id, point_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE content_file_times (
  content_id TEXT NOT NULL PRIMARY KEY REFERENCES content_manifests (content_id) ON DELETE CASCADE,
  times TEXT NOT NULL
) STRICT;

CREATE TABLE content_manifests (
  content_id TEXT NOT NULL PRIMARY KEY,
  total_bytes INTEGER NOT NULL,
  file_count INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  touched_at INTEGER NOT NULL,
  is_leaving INTEGER NOT NULL
) STRICT;

CREATE TABLE content_points (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  base_url TEXT NOT NULL,
  folder TEXT,
  is_enabled INTEGER NOT NULL,
  takes_all INTEGER NOT NULL,
  has_file_view INTEGER NOT NULL,
  preference INTEGER NOT NULL,
  is_built_in INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE deployments_deployments (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  draft TEXT NOT NULL,
  subject TEXT NOT NULL,
  subject_name TEXT NOT NULL,
  collection_id TEXT NOT NULL,
  status TEXT NOT NULL,
  occurrence INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  next_start_at INTEGER,
  started_at INTEGER,
  finished_at INTEGER,
  owner TEXT
) STRICT;

CREATE INDEX deployments_deployments_collection ON deployments_deployments (collection_id, status);

CREATE INDEX deployments_deployments_start ON deployments_deployments (next_start_at) WHERE next_start_at IS NOT NULL;

CREATE TABLE deployments_plans (
  hash TEXT NOT NULL PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE deployments_reviews (
  deployment_id TEXT NOT NULL REFERENCES deployments_deployments (id) ON DELETE CASCADE,
  package_id TEXT NOT NULL,
  from_version TEXT NOT NULL,
  to_version TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (deployment_id, package_id)
) STRICT;

CREATE TABLE deployments_runs (
  id TEXT NOT NULL PRIMARY KEY,
  deployment_id TEXT NOT NULL REFERENCES deployments_deployments (id) ON DELETE CASCADE,
  occurrence INTEGER NOT NULL,
  machine_id TEXT NOT NULL,
  status TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  gate TEXT,
  is_released INTEGER NOT NULL,
  is_cancel_requested INTEGER NOT NULL,
  is_in_error INTEGER NOT NULL,
  is_requested INTEGER NOT NULL,
  reason TEXT,
  waits_until INTEGER,
  step_index INTEGER,
  retries_left INTEGER NOT NULL,
  plan_hash TEXT REFERENCES deployments_plans (hash),
  variables TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  deadline_at INTEGER,
  ready_at INTEGER,
  latest_start_at INTEGER,
  wave_id TEXT,
  alone TEXT,
  method TEXT,
  method_reason TEXT,
  is_staged INTEGER NOT NULL DEFAULT 0,
  requested_by TEXT,
  window_closes_at INTEGER,
  is_silent INTEGER NOT NULL DEFAULT 0,
  UNIQUE (deployment_id, occurrence, machine_id)
) STRICT;

CREATE INDEX deployments_runs_deadline ON deployments_runs (deadline_at) WHERE deadline_at IS NOT NULL;

CREATE INDEX deployments_runs_due ON deployments_runs (waits_until) WHERE waits_until IS NOT NULL;

CREATE INDEX deployments_runs_error ON deployments_runs (machine_id) WHERE is_in_error = 1;

CREATE INDEX deployments_runs_gate ON deployments_runs (gate, id) WHERE gate IS NOT NULL;

CREATE INDEX deployments_runs_group ON deployments_runs (deployment_id, occurrence, ready_at, id) WHERE gate = 'group';

CREATE INDEX deployments_runs_machine ON deployments_runs (machine_id, created_at);

CREATE INDEX deployments_runs_multicast ON deployments_runs (deployment_id, occurrence) WHERE method = 'multicast';

CREATE INDEX deployments_runs_released ON deployments_runs (machine_id) WHERE is_released = 1;

CREATE INDEX deployments_runs_slots ON deployments_runs (deployment_id) WHERE is_released = 1 AND is_staged = 0 AND is_silent = 0;

CREATE INDEX deployments_runs_staged ON deployments_runs (machine_id) WHERE is_staged = 1;

CREATE INDEX deployments_runs_status ON deployments_runs (deployment_id, status);

CREATE INDEX deployments_runs_waiting ON deployments_runs (machine_id) WHERE gate IS NOT NULL;

CREATE TABLE deployments_steps (
  run_id TEXT NOT NULL REFERENCES deployments_runs (id) ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  step_index INTEGER NOT NULL,
  started_at INTEGER,
  result TEXT,
  PRIMARY KEY (run_id, attempt, step_index)
) STRICT;

CREATE TABLE deployments_waves (
  id TEXT NOT NULL PRIMARY KEY,
  deployment_id TEXT NOT NULL REFERENCES deployments_deployments (id) ON DELETE CASCADE,
  occurrence INTEGER NOT NULL,
  number INTEGER NOT NULL,
  cause TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  started_by TEXT,
  machine_count INTEGER NOT NULL,
  UNIQUE (deployment_id, occurrence, number)
) STRICT;

CREATE TABLE enrollment_identities (
  machine_id TEXT NOT NULL PRIMARY KEY,
  key_thumbprint TEXT NOT NULL UNIQUE,
  signing_key TEXT NOT NULL,
  encryption_key TEXT NOT NULL,
  fingerprints TEXT NOT NULL,
  foreign_fingerprint TEXT,
  status TEXT NOT NULL,
  ticket_id TEXT REFERENCES enrollment_tickets (id),
  asked_name TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  decided_at INTEGER,
  next_thumbprint TEXT,
  next_signing_key TEXT,
  next_encryption_key TEXT,
  replaced_thumbprint TEXT,
  replaced_signing_key TEXT,
  replaced_at INTEGER
) STRICT;

CREATE UNIQUE INDEX enrollment_identities_by_next_key ON enrollment_identities (next_thumbprint);

CREATE INDEX enrollment_identities_by_replaced_at ON enrollment_identities (replaced_at);

CREATE INDEX enrollment_identities_by_replaced_key ON enrollment_identities (replaced_thumbprint);

CREATE INDEX enrollment_identities_by_ticket ON enrollment_identities (ticket_id);

CREATE INDEX enrollment_identities_status ON enrollment_identities (status);

CREATE TABLE enrollment_tickets (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  secret_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  max_uses INTEGER NOT NULL,
  uses INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

CREATE TABLE fallback_machines (
  id TEXT NOT NULL PRIMARY KEY,
  sender TEXT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  operating_system TEXT NOT NULL,
  agent_version TEXT NOT NULL,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  server TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT;

CREATE INDEX fallback_machines_address ON fallback_machines (address, last_at);

CREATE INDEX fallback_machines_last_at ON fallback_machines (last_at);

CREATE UNIQUE INDEX fallback_machines_sender ON fallback_machines (sender);

CREATE TABLE kernel_audit (
  seq INTEGER NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  details TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

CREATE INDEX kernel_audit_action ON kernel_audit (action, seq);

CREATE INDEX kernel_audit_object ON kernel_audit (object, seq);

CREATE TABLE kernel_events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE INDEX kernel_events_at ON kernel_events (at);

CREATE TABLE kernel_jobs (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  key TEXT,
  payload TEXT NOT NULL,
  run_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  max_attempts INTEGER NOT NULL,
  locked_at INTEGER,
  locked_by TEXT,
  last_error TEXT,
  failed_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX kernel_jobs_due ON kernel_jobs (run_at) WHERE failed_at IS NULL;

CREATE UNIQUE INDEX kernel_jobs_key ON kernel_jobs (kind, key) WHERE key IS NOT NULL AND locked_at IS NULL AND failed_at IS NULL;

CREATE TABLE kernel_migrations (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT;

CREATE TABLE kernel_state (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE locator_boundaries (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  address_range TEXT NOT NULL,
  site_code TEXT NOT NULL,
  management_point TEXT,
  is_for_assignment INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX locator_boundaries_name ON locator_boundaries (name);

CREATE TABLE machines (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  enrollment TEXT NOT NULL,
  enrolled_at INTEGER NOT NULL,
  hardware_fingerprint TEXT NOT NULL,
  power_state TEXT NOT NULL,
  activity TEXT NOT NULL,
  operating_system TEXT NOT NULL,
  service_pack TEXT NOT NULL,
  architecture TEXT NOT NULL,
  address TEXT NOT NULL,
  agent_version TEXT NOT NULL,
  last_run_name TEXT,
  last_run_status TEXT,
  last_run_at INTEGER,
  properties TEXT NOT NULL,
  certificate_state TEXT NOT NULL DEFAULT 'unknown',
  certificate_remedies TEXT NOT NULL DEFAULT '',
  inbound_state TEXT NOT NULL DEFAULT 'unknown'
) STRICT;

CREATE INDEX machines_by_activity ON machines (activity, name_key, id, address);

CREATE INDEX machines_by_certificates ON machines (enrollment, certificate_state, certificate_remedies);

CREATE INDEX machines_by_certificates_and_name ON machines (certificate_state, name_key, id);

CREATE INDEX machines_by_enrollment ON machines (enrollment, name_key, id, address);

CREATE INDEX machines_by_enrollment_and_id ON machines (enrollment, id);

CREATE INDEX machines_by_inbound_and_name ON machines (inbound_state, name_key, id);

CREATE INDEX machines_by_name ON machines (name_key, id, address);

CREATE INDEX machines_by_power ON machines (power_state, name_key, id, address);

CREATE INDEX machines_by_state ON machines (enrollment, power_state, activity);

CREATE TABLE machines_commands (
  id TEXT NOT NULL PRIMARY KEY,
  machine_id TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  delay_seconds INTEGER NOT NULL,
  force INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  fetched_at INTEGER,
  outcome TEXT,
  closed_at INTEGER
) STRICT;

CREATE INDEX machines_commands_closed ON machines_commands (closed_at) WHERE closed_at IS NOT NULL;

CREATE INDEX machines_commands_due ON machines_commands (expires_at) WHERE closed_at IS NULL;

CREATE INDEX machines_commands_open ON machines_commands (machine_id) WHERE closed_at IS NULL;

CREATE TABLE machines_inventory (
  machine_id TEXT NOT NULL PRIMARY KEY REFERENCES machines (id) ON DELETE CASCADE,
  digest TEXT NOT NULL,
  is_exact INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  hardware TEXT NOT NULL,
  network TEXT NOT NULL,
  operating_system TEXT NOT NULL,
  agent TEXT NOT NULL,
  software BLOB NOT NULL,
  installed_at TEXT
) STRICT;

CREATE TABLE machines_outboxes (
  machine_id TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
  outbox TEXT NOT NULL,
  taken INTEGER NOT NULL,
  left_at INTEGER NOT NULL,
  PRIMARY KEY (machine_id, outbox)
) WITHOUT ROWID, STRICT;

CREATE TABLE machines_presence (
  machine_id TEXT NOT NULL PRIMARY KEY REFERENCES machines (id) ON DELETE CASCADE,
  is_admitted INTEGER NOT NULL,
  outbox TEXT NOT NULL,
  taken INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  agent_version TEXT NOT NULL,
  active_runs TEXT NOT NULL,
  power TEXT NOT NULL,
  power_since INTEGER NOT NULL,
  announced TEXT NOT NULL,
  boot_id TEXT,
  booted_at INTEGER,
  wants_inventory INTEGER NOT NULL,
  free_bytes INTEGER
) STRICT;

CREATE INDEX machines_presence_seen ON machines_presence (last_seen_at, machine_id);

CREATE TABLE machines_software (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  entry TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE multicast_members (
  session_id TEXT NOT NULL REFERENCES multicast_sessions (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  machine_id TEXT NOT NULL,
  state TEXT NOT NULL,
  cause TEXT,
  PRIMARY KEY (session_id, number)
) STRICT;

CREATE TABLE multicast_representatives (
  machine_id TEXT NOT NULL PRIMARY KEY,
  rule TEXT NOT NULL,
  set_by TEXT NOT NULL,
  set_at INTEGER NOT NULL
) STRICT;

CREATE TABLE multicast_sessions (
  id TEXT NOT NULL PRIMARY KEY,
  deployment_id TEXT NOT NULL,
  content_id TEXT NOT NULL,
  address TEXT NOT NULL,
  port INTEGER NOT NULL,
  sender_port INTEGER NOT NULL,
  interface_address TEXT NOT NULL,
  content_bytes INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  outcome TEXT,
  detail TEXT,
  datagrams INTEGER NOT NULL,
  repairs INTEGER NOT NULL,
  subnet TEXT,
  representative_id TEXT,
  chosen_by TEXT,
  line_bytes INTEGER
) STRICT;

CREATE UNIQUE INDEX multicast_sessions_address ON multicast_sessions (address) WHERE ended_at IS NULL;

CREATE INDEX multicast_sessions_deployment ON multicast_sessions (deployment_id, id);

CREATE UNIQUE INDEX multicast_sessions_port ON multicast_sessions (port) WHERE ended_at IS NULL;

CREATE TABLE packages (
  id TEXT NOT NULL PRIMARY KEY,
  revision INTEGER NOT NULL,
  origin TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX packages_id ON packages (lower(id));

CREATE TABLE packages_places (
  package_id TEXT NOT NULL REFERENCES packages (id),
  point_id TEXT NOT NULL,
  PRIMARY KEY (package_id, point_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE packages_revisions (
  package_id TEXT NOT NULL REFERENCES packages (id),
  revision INTEGER NOT NULL,
  draft TEXT NOT NULL,
  content_id TEXT,
  content_bytes INTEGER NOT NULL,
  sealed_at INTEGER NOT NULL,
  sealed_by TEXT NOT NULL,
  summary TEXT NOT NULL,
  PRIMARY KEY (package_id, revision)
) WITHOUT ROWID, STRICT;

CREATE INDEX packages_revisions_content ON packages_revisions (content_id);

CREATE TABLE pushes (
  id TEXT NOT NULL PRIMARY KEY,
  created_at INTEGER NOT NULL,
  by_id TEXT NOT NULL,
  by_name TEXT NOT NULL,
  user_name TEXT NOT NULL,
  sign_in TEXT NOT NULL,
  uses_secret INTEGER NOT NULL,
  host_keys TEXT NOT NULL,
  known_hosts TEXT NOT NULL,
  management_point TEXT NOT NULL,
  parallel INTEGER NOT NULL,
  retries INTEGER NOT NULL,
  properties TEXT NOT NULL DEFAULT '[]'
) STRICT;

CREATE TABLE pushes_host_keys (
  id TEXT NOT NULL PRIMARY KEY,
  host TEXT NOT NULL UNIQUE,
  lines TEXT NOT NULL,
  fingerprints TEXT NOT NULL,
  origin TEXT NOT NULL,
  approved_by TEXT NOT NULL,
  approved_at INTEGER NOT NULL
) STRICT;

CREATE TABLE pushes_hosts (
  push_id TEXT NOT NULL REFERENCES pushes (id),
  position INTEGER NOT NULL,
  host TEXT NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT,
  attempt INTEGER NOT NULL,
  reason TEXT,
  detail TEXT NOT NULL,
  version TEXT,
  exit_code INTEGER,
  log TEXT NOT NULL,
  offered TEXT,
  known TEXT NOT NULL,
  tickets TEXT NOT NULL,
  machine_id TEXT,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (push_id, position)
) WITHOUT ROWID, STRICT;

CREATE INDEX pushes_hosts_by_state ON pushes_hosts (state, push_id, position);

CREATE TABLE repositories (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  ca TEXT,
  schedule TEXT NOT NULL,
  gate TEXT NOT NULL,
  is_enabled INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  index_version INTEGER,
  index_digest TEXT,
  expires_at INTEGER,
  pulled_at INTEGER,
  tried_at INTEGER,
  next_pull_at INTEGER,
  error TEXT
) STRICT;

CREATE TABLE repositories_packages (
  repository_id TEXT NOT NULL REFERENCES repositories (id),
  package_id TEXT NOT NULL,
  offered INTEGER NOT NULL,
  description TEXT NOT NULL,
  content_id TEXT,
  content_bytes INTEGER NOT NULL,
  draft TEXT,
  state TEXT NOT NULL,
  waits_for TEXT,
  error TEXT,
  approved TEXT,
  registered_revision INTEGER,
  is_withdrawn INTEGER NOT NULL,
  decided_by TEXT,
  decided_at INTEGER,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (repository_id, package_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE scenarios (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  revision INTEGER NOT NULL,
  is_built_in INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE scenarios_packages (
  scenario_id TEXT NOT NULL REFERENCES scenarios (id),
  package_id TEXT NOT NULL,
  PRIMARY KEY (scenario_id, package_id)
) WITHOUT ROWID, STRICT;

CREATE INDEX scenarios_packages_package ON scenarios_packages (package_id);

CREATE TABLE scenarios_revisions (
  scenario_id TEXT NOT NULL REFERENCES scenarios (id),
  revision INTEGER NOT NULL,
  draft TEXT NOT NULL,
  saved_at INTEGER NOT NULL,
  saved_by TEXT NOT NULL,
  PRIMARY KEY (scenario_id, revision)
) WITHOUT ROWID, STRICT;

CREATE TABLE site_health_states (
  item TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  since INTEGER NOT NULL
) STRICT;

CREATE TABLE sites_settings (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE sites_sites (
  code TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE status_messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  code TEXT NOT NULL,
  severity TEXT NOT NULL,
  component TEXT NOT NULL,
  machine_id TEXT,
  params TEXT NOT NULL
) STRICT;

CREATE INDEX status_messages_at ON status_messages (at);

CREATE INDEX status_messages_component ON status_messages (component, seq);

CREATE INDEX status_messages_machine ON status_messages (machine_id, seq);

CREATE INDEX status_messages_severity ON status_messages (severity, seq);

CREATE TABLE status_objects (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  seq INTEGER NOT NULL REFERENCES status_messages (seq) ON DELETE CASCADE,
  PRIMARY KEY (kind, id, seq)
) STRICT;

CREATE INDEX status_objects_seq ON status_objects (seq);

CREATE TABLE updates_deployments (
  deployment_id TEXT NOT NULL PRIMARY KEY,
  package_id TEXT NOT NULL,
  fingerprint TEXT NOT NULL
) STRICT;

CREATE INDEX updates_deployments_package ON updates_deployments (package_id, fingerprint);

CREATE TABLE updates_evidence (
  machine_id TEXT NOT NULL,
  package_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (machine_id, package_id)
) STRICT;

CREATE TABLE updates_machines (
  machine_id TEXT NOT NULL PRIMARY KEY,
  started_at INTEGER,
  is_opted_out INTEGER NOT NULL,
  restart_run_id TEXT,
  known_at INTEGER,
  is_restart_needed INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE updates_opted_collections (
  collection_id TEXT NOT NULL PRIMARY KEY
) STRICT;

CREATE TABLE updates_packages (
  package_id TEXT NOT NULL PRIMARY KEY,
  revision INTEGER NOT NULL,
  open_ring INTEGER NOT NULL,
  is_judged INTEGER NOT NULL,
  enough_since INTEGER,
  next_at INTEGER,
  held TEXT,
  changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX updates_packages_next ON updates_packages (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE updates_pairs (
  machine_id TEXT NOT NULL,
  package_id TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  until INTEGER,
  ring INTEGER NOT NULL,
  since INTEGER,
  attempts INTEGER NOT NULL,
  retry_at INTEGER,
  held TEXT,
  is_continuing INTEGER NOT NULL,
  is_delivered INTEGER NOT NULL,
  run_id TEXT,
  goal_id TEXT,
  last_error TEXT,
  is_blameless INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (machine_id, package_id)
) STRICT;

CREATE INDEX updates_pairs_package ON updates_pairs (package_id, state, machine_id);

CREATE INDEX updates_pairs_run ON updates_pairs (run_id) WHERE run_id IS NOT NULL;

CREATE INDEX updates_pairs_until ON updates_pairs (until) WHERE until IS NOT NULL;

CREATE TABLE updates_policy (
  id INTEGER NOT NULL PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE users_links (
  hash TEXT NOT NULL PRIMARY KEY,
  user_id TEXT REFERENCES users_users (id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users_sessions (
  hash TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users_users (id) ON DELETE CASCADE,
  csrf TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX users_sessions_expiry ON users_sessions (expires_at);

CREATE INDEX users_sessions_user ON users_sessions (user_id);

CREATE TABLE users_tokens (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users_users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER
) STRICT;

CREATE INDEX users_tokens_user ON users_tokens (user_id);

CREATE TABLE users_users (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  role TEXT NOT NULL,
  collection_scope TEXT,
  password_hash TEXT,
  is_disabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_sign_in_at INTEGER
) STRICT;
